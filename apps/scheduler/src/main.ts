import { runRole } from '@mailtrail/runtime'
import { startScheduler } from './start-scheduler.ts'

await runRole('scheduler', startScheduler)
