export * from './schedule-tenant.ts'
export * from './start-scheduler.ts'
