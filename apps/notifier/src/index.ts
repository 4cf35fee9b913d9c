export * from './deliver-alert.ts'
export * from './rescan.ts'
export * from './start-notifier.ts'
