export * from './folder-store.ts'
export * from './layout.ts'
export * from './object-store.ts'
