import { failureOf } from '@mailtrail/core'
import { buryInvalidJob, withReadCache } from '@mailtrail/lake'
import {
  connectRedis,
  createEndedJobs,
  createReceipts,
  createRequestBudgets,
  createTenantBrakes,
  createTurns,
  createWorkQueues,
  type Handler,
  type OnInvalid,
  queueHealth,
  queueNames,
  startWorker,
  type WindowTask,
  windowTaskSchema,
  withDeadLetters,
} from '@mailtrail/queues'
import { finishMs, type Role, runningRole } from '@mailtrail/runtime'
import { createTenantApis, createTenantLakes, openFleetLake } from '@mailtrail/tenants'
import { createWindowBurial } from './bury-window.ts'
import { createListHandler } from './list-span.ts'
import { createPeekHandler } from './peek-window.ts'
import { createSealHandler } from './seal-span.ts'
import { createSubscriptions } from './subscriptions.ts'

/** Turns windows and sweeps into ledger entries and turns, and seals what is done. */
export const startLister: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { ...config, log }), (connection) => connection.disconnect())
  const fleetLake = withReadCache(parts.use(await openFleetLake(config)), { prefix: 'ledger/', maxBytes: 16 * 1024 * 1024 })
  const lakes = parts.use(createTenantLakes(fleetLake, config.lakes))
  const budgets = createRequestBudgets(redis)
  const apis = parts.use(createTenantApis(fleetLake, { ...config, clock, budgets }))
  const queues = parts.use(createWorkQueues(redis))
  const receipts = createReceipts(redis)
  const subscriptions = createSubscriptions(fleetLake, lakes, clock)
  const shared = { lakes, apis, clock, subscriptions, brakes: createTenantBrakes(redis) }
  const list = createListHandler({ ...shared, turns: createTurns(redis, queues), routes: config.routes })
  const peek = createPeekHandler({ ...shared, queues, receipts })
  const seal = createSealHandler({ lakes, clock, receipts })
  const handle: Handler<WindowTask> = (task, context) => {
    if (task.kind === 'list') return list(task, context)
    return task.kind === 'peek' ? peek(task, context) : seal(task, context)
  }
  const { jobLockMs } = config
  const roleLog = log.child({ role: 'lister' })
  const bury = createWindowBurial({ lakes, clock, endedJobs: createEndedJobs(redis) })
  const onInvalid: OnInvalid = (job, error) => buryInvalidJob(fleetLake, job, failureOf(error, clock.now()))
  const jobs = { schema: windowTaskSchema, handle: withDeadLetters(handle, bury), onInvalid }
  const work = { queue: queueNames.windows, ...jobs, concurrency: 8, jobLockMs, graceMs: finishMs(config) }
  const worker = parts.use(await startWorker(redis, { ...work, log: roleLog }))
  return runningRole(parts, queueHealth(redis, worker))
}
