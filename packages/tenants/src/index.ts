export * from './history.ts'
export * from './secret.ts'
export * from './tenant.ts'
export * from './tenant-apis.ts'
