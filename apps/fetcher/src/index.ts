export * from './run-turn.ts'
export * from './start-fetcher.ts'
