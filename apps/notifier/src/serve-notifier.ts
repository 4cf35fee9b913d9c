import { createWebhookSink } from '@mailtrail/alerts'
import { failureOf } from '@mailtrail/core'
import { buryInvalidJob } from '@mailtrail/lake'
import {
  alertTaskSchema,
  connectRedis,
  createEndedJobs,
  createWorkQueues,
  type OnInvalid,
  queueHealth,
  queueNames,
  type RunningWorker,
  startWorker,
  withDeadLetters,
} from '@mailtrail/queues'
import { type DestinationConfig, finishMs, type Role, runningRole } from '@mailtrail/runtime'
import { createTenantLakes, listTenantIds, openFleetLake, readDestinations, resolveSecret } from '@mailtrail/tenants'
import { createDeliveryBurial } from './bury-delivery.ts'
import { type NotifierDeps, startNotifier } from './start-notifier.ts'

/** Delivers alerts to the configured destinations, over BullMQ. */
export const serveNotifier: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { ...config, log }), (connection) => connection.disconnect())
  const fleetLake = parts.use(await openFleetLake(config))
  const lakes = parts.use(createTenantLakes(fleetLake, config.lakes))
  const queues = parts.use(createWorkQueues(redis))
  const sinks = await Promise.all(config.destinations.map(openSink))
  for (const sink of sinks) parts.use(sink)
  const { jobLockMs } = config
  const roleLog = log.child({ role: 'notifier' })
  const work = { queue: queueNames.alerts, schema: alertTaskSchema, concurrency: 8, jobLockMs, graceMs: finishMs(config), log: roleLog }
  const lakeOf: NotifierDeps['lakeOf'] = (tenantId, options) => lakes.open(tenantId, options)
  const bury = createDeliveryBurial({ lakeOf, clock, endedJobs: createEndedJobs(redis) })
  const onInvalid: OnInvalid = (job, error) => buryInvalidJob(fleetLake, job, failureOf(error, clock.now()))
  let worker: RunningWorker | undefined
  parts.use(
    await startNotifier({
      lakeOf,
      listTenants: (options) => listTenantIds(fleetLake, options),
      destinationsOf: (tenantId, names, options) => readDestinations(fleetLake, tenantId, names, options),
      sinks,
      clock,
      deliverJobs: {
        enqueue: (delivery) => queues.alert(delivery),
        work: async (handle) => {
          worker = await startWorker(redis, { ...work, handle: withDeadLetters(handle, bury), onInvalid })
          return worker
        },
      },
      log: roleLog,
    }),
  )
  return runningRole(parts, queueHealth(redis, worker))
}

async function openSink({ name, url, secret, caFile }: DestinationConfig): Promise<ReturnType<typeof createWebhookSink>> {
  return createWebhookSink({ name, url, secret: await resolveSecret(secret), caFile })
}
