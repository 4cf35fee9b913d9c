export * from './fold-ledger.ts'
export * from './start-compactor.ts'
