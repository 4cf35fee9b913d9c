export * from './list-span.ts'
export * from './seal-span.ts'
export * from './start-lister.ts'
export * from './subscriptions.ts'
