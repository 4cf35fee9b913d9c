export * from './abortable.ts'
export * from './errors.ts'
export * from './tenant-id.ts'
