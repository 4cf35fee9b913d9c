export * from './fetch-content.ts'
export * from './run-peek-turn.ts'
export * from './run-turn.ts'
export * from './start-fetcher.ts'
