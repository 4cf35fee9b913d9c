import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TenantId } from '@mailtrail/core'
import { startEmbeddedRedis } from '../../embedded-redis.ts'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { openBenchFleet } from '../fleet/bench-fleet.ts'
import { benchTenant } from '../fleet/bench-tenant.ts'
import { storeWindows } from '../fleet/store-windows.ts'
import { median } from '../median.ts'
import { rounded } from '../timed.ts'

export interface ArrivalSize {
  /** Of each of the two. */
  readonly contents: number
  /** How long after it arrived its share is taken. */
  readonly withinMs: number
  readonly rounds: number
}

const contentsPerWindow = 50
const [first, second] = [benchTenant(0), benchTenant(1)]

/** What a big tenant gets that arrives while another one's contents wait. */
export async function measureArrival({ folder, onStep }: BenchPlace, { contents, withinMs, rounds }: ArrivalSize): Promise<BenchResult[]> {
  await using redis = await startEmbeddedRedis(join(folder, 'redis'))
  await using fleet = await openBenchFleet({ redisUrl: redis.url, folder })
  onStep(`Writing the listings of ${contents} contents of two tenants each`)
  const root = join(folder, 'lake')
  const ofFirst = await storeWindows(root, { tenantId: first, contents, contentsPerWindow })
  const ofSecond = await storeWindows(root, { tenantId: second, contents, contentsPerWindow })
  const shares: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    onStep(`A second tenant arrives, round ${round} of ${rounds}`)
    await fleet.redis.flushall()
    for (const offer of ofFirst) await fleet.turns.offer(offer)
    const counts = new Map<TenantId, number>()
    const onReported = (tenantId: TenantId): void => void counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1)
    const worker = await fleet.fetch({ onReported })
    await delay(withinMs / 2)
    counts.clear()
    const isOver = delay(withinMs)
    const offering = (async () => {
      for (const offer of ofSecond) await fleet.turns.offer(offer)
    })()
    await isOver
    const [a, b] = [counts.get(first) ?? 0, counts.get(second) ?? 0]
    shares.push((100 * b) / (a + b))
    await offering
    await fleet.redis.flushall()
    await worker[Symbol.asyncDispose]()
  }
  const value = rounded(median(shares))
  const name = `share of a second tenant with ${contents} contents within ${withinMs / 1_000} s of arriving`
  return [{ name, value, unit: '%', ratio: null, goal: '>= 40 %', holds: value >= 40 }]
}
