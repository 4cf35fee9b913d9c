import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hourMs, type TenantId } from '@mailtrail/core'
import { createTurnHandler } from '@mailtrail/fetcher'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import {
  connectRedis,
  createEndedJobs,
  createReceipts,
  createRequestBudgets,
  createTenantBrakes,
  createTurns,
  createWorkQueues,
  queueNames,
  type Receipts,
  type RedisConnection,
  startWorker,
  type Turns,
  turnTaskSchema,
  type WorkQueues,
} from '@mailtrail/queues'
import { createLogger, systemClock } from '@mailtrail/runtime'
import { createFeedStandIn } from './feed-stand-in.ts'

interface BenchFetcher {
  /** Called for each content once it is reported. */
  readonly onReported: (tenantId: TenantId) => void
  /** Those of the fleet unless said. */
  readonly turns?: Turns
}

/** What a fetcher works with: queues, turns, receipts and budgets of a real Redis, and the ledger of a folder lake. Only the service is a stand-in. */
export interface BenchFleet extends AsyncDisposable {
  readonly redis: RedisConnection
  readonly queues: WorkQueues
  readonly turns: Turns
  readonly receipts: Receipts
  readonly lake: ObjectStore
  /** Starts a worker of contents. Disposing lets its turns end. */
  fetch(fetcher: BenchFetcher): Promise<AsyncDisposable>
}

/** As many turns as a fetcher runs unless told otherwise. */
const turnsAtOnce = 4

export async function openBenchFleet({ redisUrl, folder }: { redisUrl: string; folder: string }): Promise<BenchFleet> {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(redisUrl), (connection) => connection.disconnect())
  const queues = parts.use(createWorkQueues(redis))
  const fleetLake = createFolderStore(join(folder, 'lake'))
  const spoolFolder = join(folder, 'spool')
  await mkdir(spoolFolder, { recursive: true })
  const turns = createTurns(redis, queues)
  const receipts = createReceipts(redis)
  const log = createLogger('silent')
  const shared = {
    ...{ fleetLake, queues, turns, spoolFolder, clock: systemClock, brakes: createTenantBrakes(redis), endedJobs: createEndedJobs(redis) },
    lakes: { open: async () => fleetLake },
    apis: createFeedStandIn(createRequestBudgets(redis)),
    ...{ destinations: [], compression: 'gzip' as const, horizonMs: 72 * hourMs },
  }
  const owned = parts.move()
  return {
    redis,
    queues,
    turns,
    receipts,
    lake: fleetLake,
    fetch: ({ onReported, ...own }) => {
      const add: typeof receipts.add = async (tenantId, span, ...some) => {
        await receipts.add(tenantId, span, ...some)
        for (const _ of some) onReported(tenantId)
      }
      const handle = createTurnHandler({ ...shared, ...own, receipts: { ...receipts, add } })
      return startWorker(redis, {
        queue: queueNames.contents,
        schema: turnTaskSchema,
        handle,
        concurrency: turnsAtOnce,
        jobLockMs: 30_000,
        log,
      })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
