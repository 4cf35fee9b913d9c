import { type CompactionTask, compactionTaskSchema, connectRedis, queueNames, startWorker } from '@mailtrail/queues'
import type { Role } from '@mailtrail/runtime'
import { createTenantLakes, openFleetLake } from '@mailtrail/tenants'
import { createCompactHandler } from './compact-handler.ts'

/** Makes items from raw, one date at a time: what a process may hold in memory is bounded for one. */
export const startCompactor: Role = async ({ config, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { allowInsecure: config.insecureRedis }), (connection) =>
    connection.disconnect(),
  )
  const fleetLake = parts.use(await openFleetLake(config))
  const lakes = parts.use(createTenantLakes(fleetLake, config.lakes))
  const compact = createCompactHandler({ lakes })
  parts.use(
    await startWorker<CompactionTask>(redis, {
      queue: queueNames.compactions,
      schema: compactionTaskSchema,
      handle: (task, context) => {
        switch (task.kind) {
          case 'compact':
            return compact(task, context)
        }
      },
      concurrency: 1,
      jobLockMs: config.jobLockMs,
      log: log.child({ role: 'compactor' }),
    }),
  )
  return parts.move()
}
