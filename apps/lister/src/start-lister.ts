import { openLake, withReadCache } from '@mailtrail/lake'
import {
  connectRedis,
  createReceipts,
  createTurns,
  createWorkQueues,
  queueNames,
  startWorker,
  type WindowTask,
  windowTaskSchema,
} from '@mailtrail/queues'
import type { Role } from '@mailtrail/runtime'
import { createTenantApis } from '@mailtrail/tenants'
import { createListHandler } from './list-span.ts'
import { createSealHandler } from './seal-span.ts'
import { createSubscriptions } from './subscriptions.ts'

/** Turns windows and sweeps into ledger entries and turns, and seals what is done. */
export const startLister: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { allowInsecure: config.insecureRedis }), (connection) =>
    connection.disconnect(),
  )
  const lake = withReadCache(parts.use(await openLake(config.lake)), { prefix: 'ledger/', maxBytes: 16 * 1024 * 1024 })
  const apis = parts.use(createTenantApis(lake, { ...config, clock }))
  const queues = parts.use(createWorkQueues(redis))
  const list = createListHandler({ lake, apis, clock, turns: createTurns(redis, queues), subscriptions: createSubscriptions(lake, clock) })
  const seal = createSealHandler({ lake, clock, receipts: createReceipts(redis) })
  parts.use(
    startWorker<WindowTask>(redis, {
      queue: queueNames.windows,
      schema: windowTaskSchema,
      handle: (task, context) => (task.kind === 'list' ? list(task, context) : seal(task, context)),
      concurrency: 8,
      jobLockMs: config.jobLockMs,
      log: log.child({ role: 'lister' }),
    }),
  )
  return parts.move()
}
