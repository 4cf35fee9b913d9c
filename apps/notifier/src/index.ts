export * from './deliver-alert.ts'
export * from './rescan.ts'
export * from './serve-notifier.ts'
export * from './start-notifier.ts'
