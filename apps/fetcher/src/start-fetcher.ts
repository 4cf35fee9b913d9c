import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failureOf, hourMs } from '@mailtrail/core'
import { buryInvalidJob } from '@mailtrail/lake'
import {
  type ContentTask,
  connectRedis,
  contentTaskSchema,
  createEndedJobs,
  createReceipts,
  createRequestBudgets,
  createTenantBrakes,
  createTurns,
  createWorkQueues,
  queueHealth,
  queueNames,
  startWorker,
} from '@mailtrail/queues'
import { finishMs, type Role, runningRole } from '@mailtrail/runtime'
import { createTenantApis, createTenantLakes, noteKeptOperations, openFleetLake } from '@mailtrail/tenants'
import { createPeekTurnHandler } from './run-peek-turn.ts'
import { createTurnHandler } from './run-turn.ts'

/** Turns contents into lake objects and alerts. */
export const startFetcher: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { ...config, log }), (connection) => connection.disconnect())
  const fleetLake = parts.use(await openFleetLake(config))
  await noteKeptOperations(fleetLake, Object.values(config.routes).flat())
  const lakes = parts.use(createTenantLakes(fleetLake, config.lakes))
  const apis = parts.use(createTenantApis(fleetLake, { ...config, clock, budgets: createRequestBudgets(redis) }))
  const queues = parts.use(createWorkQueues(redis))
  const spoolFolder = parts.adopt(await mkdtemp(join(tmpdir(), 'mailtrail-spool-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const deps = {
    fleetLake,
    lakes,
    apis,
    queues,
    clock,
    brakes: createTenantBrakes(redis),
    turns: createTurns(redis, queues),
    receipts: createReceipts(redis),
    endedJobs: createEndedJobs(redis),
    destinations: config.destinations.map(({ name }) => name),
    spoolFolder,
    compression: config.compression,
    horizonMs: config.horizonHours * hourMs,
    routes: config.routes,
  }
  const [runTurn, runPeekTurn] = [createTurnHandler(deps), createPeekTurnHandler(deps)]
  const worker = parts.use(
    await startWorker<ContentTask>(redis, {
      queue: queueNames.contents,
      schema: contentTaskSchema,
      handle: (task, context) => (task.kind === 'turn' ? runTurn(task, context) : runPeekTurn(task, context)),
      onInvalid: (job, error) => buryInvalidJob(fleetLake, job, failureOf(error, clock.now())),
      concurrency: config.turnsAtOnce,
      jobLockMs: config.jobLockMs,
      graceMs: finishMs(config),
      log: log.child({ role: 'fetcher' }),
    }),
  )
  return runningRole(parts, queueHealth(redis, worker))
}
