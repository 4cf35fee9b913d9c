export * from './start-fetcher.ts'
