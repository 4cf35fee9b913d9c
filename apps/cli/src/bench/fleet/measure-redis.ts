import { join } from 'node:path'
import { ledgerKey, placeOf } from '@mailtrail/lake'
import { createSealHandler } from '@mailtrail/lister'
import {
  type Handler,
  queueNames,
  type RedisConnection,
  startWorker,
  type WaitingContents,
  type WindowTask,
  windowTaskSchema,
} from '@mailtrail/queues'
import { createLogger, systemClock } from '@mailtrail/runtime'
import { startEmbeddedRedis } from '../../embedded-redis.ts'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { median } from '../median.ts'
import { rounded } from '../timed.ts'
import { type BenchFleet, openBenchFleet } from './bench-fleet.ts'
import { benchTenant } from './bench-tenant.ts'
import { storeWindows } from './store-windows.ts'

interface RedisSize {
  readonly tenants: number
  readonly windowsEach: number
  readonly contentsPerWindow: number
  readonly rounds: number
}

/** As many windows as a lister works on. */
const windowsAtOnce = 8

/** What Redis does and holds for a content, from the job that lists its window to the one that seals it. */
export async function measureRedis({ folder, onStep }: BenchPlace, size: RedisSize): Promise<BenchResult[]> {
  const { tenants, windowsEach, contentsPerWindow, rounds } = size
  await using redis = await startEmbeddedRedis(join(folder, 'redis'))
  await using fleet = await openBenchFleet({ redisUrl: redis.url, folder })
  const contents = tenants * windowsEach * contentsPerWindow
  const taken: { micros: number; bytes: number }[] = []
  for (let round = 0; round <= rounds; round += 1) {
    onStep(`Writing the listings of ${contents} contents of ${tenants} tenants, round ${round} of ${rounds}`)
    const windows: WaitingContents[] = []
    for (let number = 0; number < tenants; number += 1) {
      const tenantId = benchTenant(round * tenants + number)
      windows.push(
        ...(await storeWindows(join(folder, 'lake'), { tenantId, contents: windowsEach * contentsPerWindow, contentsPerWindow })),
      )
    }
    await fleet.redis.flushall()
    const [cpuBefore, memoryBefore] = [await cpuMicros(fleet.redis), await usedBytes(fleet.redis)]
    onStep('Listing them')
    await listAll(fleet, windows)
    const bytes = ((await usedBytes(fleet.redis)) - memoryBefore) / contents
    onStep('Fetching and sealing them')
    await fetchAndSeal(fleet, windows.length)
    const micros = ((await cpuMicros(fleet.redis)) - cpuBefore) / contents
    // The first round warms up.
    if (round > 0) taken.push({ micros, bytes })
  }
  const [micros, bytes] = [median(taken.map((one) => one.micros)), median(taken.map((one) => one.bytes))]
  return [
    {
      name: `Redis CPU a content, in windows of ${contentsPerWindow}`,
      ...{ value: rounded(micros), unit: 'µs', ratio: null, goal: '<= 60 µs', holds: micros <= 60 },
    },
    {
      name: 'Redis memory a waiting content',
      ...{ value: Math.round(bytes), unit: 'B', ratio: null, goal: '<= 200 B', holds: bytes <= 200 },
    },
  ]
}

/** Listed by jobs, as a scheduler queues them; what each lists is in the ledger already. */
async function listAll(fleet: BenchFleet, windows: readonly WaitingContents[]): Promise<void> {
  for (const { entryKey, tenantId } of windows) {
    const place = placeOf(entryKey)
    if (place) await fleet.queues.list({ ...place, tenantId, entry: 'listed', lane: 'live' })
  }
  const byKey = new Map(windows.map((window) => [window.entryKey, window]))
  await workOnWindows(fleet, windows.length, async (task) => {
    const offered = byKey.get(ledgerKey(task.tenantId, task, 'listed'))
    if (offered) await fleet.turns.offer(offered)
  })
}

async function fetchAndSeal(fleet: BenchFleet, windows: number): Promise<void> {
  const { lake, receipts } = fleet
  const seal = createSealHandler({ lakes: { open: async () => lake }, receipts, clock: systemClock })
  await using _fetcher = await fleet.fetch({ onReported: () => {} })
  await workOnWindows(fleet, windows, (task, context) => (task.kind === 'seal' ? seal(task, context) : Promise.resolve()))
}

/** Ends when so many jobs are done. */
async function workOnWindows({ redis }: BenchFleet, jobs: number, work: Handler<WindowTask>): Promise<void> {
  let done = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const handle: Handler<WindowTask> = async (task, context) => {
    await work(task, context)
    done += 1
    if (done === jobs) resolve()
  }
  const log = createLogger('silent')
  const options = { queue: queueNames.windows, schema: windowTaskSchema, concurrency: windowsAtOnce, jobLockMs: 30_000, log }
  await using _worker = await startWorker(redis, { ...options, handle })
  await promise
}

async function cpuMicros(redis: RedisConnection): Promise<number> {
  const info = await redis.info('cpu')
  return 1e6 * (numberIn(info, 'used_cpu_user') + numberIn(info, 'used_cpu_sys'))
}

async function usedBytes(redis: RedisConnection): Promise<number> {
  return numberIn(await redis.info('memory'), 'used_memory')
}

function numberIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1])
}
