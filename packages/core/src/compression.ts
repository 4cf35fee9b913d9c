/** How raw objects are packed. Query engines differ in what they read: ADX external tables read gzip alone. */
export const compressions = ['gzip', 'zstd'] as const
export type Compression = (typeof compressions)[number]
