import { failureOf, hourMs } from '@mailtrail/core'
import { buryInvalidJob } from '@mailtrail/lake'
import {
  type CompactionTask,
  compactionTaskSchema,
  connectRedis,
  createEndedJobs,
  createWorkQueues,
  type Handler,
  queueHealth,
  queueNames,
  startWorker,
} from '@mailtrail/queues'
import { finishMs, type Role, runningRole } from '@mailtrail/runtime'
import { createTenantLakes, openFleetLake } from '@mailtrail/tenants'
import { withCompactionLetters } from './bury-compaction.ts'
import { createCompactHandler } from './compact-handler.ts'
import { createFoldHandler } from './fold-ledger.ts'
import { createRetainHandler } from './retain-handler.ts'

/** Makes items from raw, folds ledgers and applies retention, one job at a time: what a process may hold in memory is bounded for one. */
export const startCompactor: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { ...config, log }), (connection) => connection.disconnect())
  const fleetLake = parts.use(await openFleetLake(config))
  const lakes = parts.use(createTenantLakes(fleetLake, config.lakes))
  const queues = parts.use(createWorkQueues(redis))
  const deps = { fleetLake, lakes, clock, retention: config.retention }
  const compact = createCompactHandler(deps)
  const retain = createRetainHandler({ ...deps, queues })
  const fold = createFoldHandler({ fleetLake, lakes, horizonMs: config.horizonHours * hourMs })
  const handle: Handler<CompactionTask> = (task, context) => {
    switch (task.kind) {
      case 'compact':
        return compact(task, context)
      case 'retain':
        return retain(task, context)
      case 'fold':
        return fold(task, context)
    }
  }
  const worker = parts.use(
    await startWorker<CompactionTask>(redis, {
      queue: queueNames.compactions,
      schema: compactionTaskSchema,
      handle: withCompactionLetters(handle, { lakes, clock, endedJobs: createEndedJobs(redis) }),
      onInvalid: (job, error) => buryInvalidJob(fleetLake, job, failureOf(error, clock.now())),
      concurrency: 1,
      jobLockMs: config.jobLockMs,
      graceMs: finishMs(config),
      log: log.child({ role: 'compactor' }),
    }),
  )
  return runningRole(parts, queueHealth(redis, worker))
}
