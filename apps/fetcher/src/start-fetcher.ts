import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLake } from '@mailtrail/lake'
import { connectRedis, createReceipts, createTurns, createWorkQueues, queueNames, startWorker, turnTaskSchema } from '@mailtrail/queues'
import type { Role } from '@mailtrail/runtime'
import { createTenantApis } from '@mailtrail/tenants'
import { createTurnHandler } from './run-turn.ts'

/** Turns contents into lake objects and alerts. */
export const startFetcher: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { allowInsecure: config.insecureRedis }), (connection) =>
    connection.disconnect(),
  )
  const lake = parts.use(await openLake(config.lake))
  const apis = parts.use(createTenantApis(lake, { ...config, clock }))
  const queues = parts.use(createWorkQueues(redis))
  const spoolFolder = parts.adopt(await mkdtemp(join(tmpdir(), 'mailtrail-spool-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  parts.use(
    startWorker(redis, {
      queue: queueNames.contents,
      schema: turnTaskSchema,
      handle: createTurnHandler({
        lake,
        apis,
        queues,
        clock,
        turns: createTurns(redis, queues),
        receipts: createReceipts(redis),
        destinations: config.destinations.map(({ name }) => name),
        spoolFolder,
      }),
      concurrency: 4,
      jobLockMs: config.jobLockMs,
      log: log.child({ role: 'fetcher' }),
    }),
  )
  return parts.move()
}
