export * from './start-compactor.ts'
