export * from './flaky-proxy.ts'
export * from './redis.ts'
export * from './simulator.ts'
export * from './temporary-folder.ts'
