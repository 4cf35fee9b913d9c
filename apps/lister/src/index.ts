export * from './start-lister.ts'
