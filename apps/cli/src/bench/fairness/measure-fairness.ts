import { join } from 'node:path'
import type { WaitingContents } from '@mailtrail/queues'
import { startEmbeddedRedis } from '../../embedded-redis.ts'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { openBenchFleet } from '../fleet/bench-fleet.ts'
import { benchTenant } from '../fleet/bench-tenant.ts'
import { storeWindows } from '../fleet/store-windows.ts'
import { median } from '../median.ts'
import { rounded } from '../timed.ts'
import { type Reports, runContents } from './run-contents.ts'

export interface FairnessSize {
  readonly smallTenants: number
  readonly contentsEach: number
  /** Of the tenant beside them. */
  readonly bigContents: number
  /** Contents over which throughput is taken; all of the small tenants are among them. */
  readonly measuredContents: number
  readonly rounds: number
}

const contentsPerWindow = 50
const big = benchTenant(0)

/** What a tenant with very much waiting costs the others, and what being fair costs, with everything waiting before the first worker comes. */
export async function measureFairness({ folder, onStep }: BenchPlace, size: FairnessSize): Promise<BenchResult[]> {
  const { smallTenants, contentsEach, bigContents, measuredContents, rounds } = size
  await using redis = await startEmbeddedRedis(join(folder, 'redis'))
  await using fleet = await openBenchFleet({ redisUrl: redis.url, folder })
  onStep(`Writing the listings of ${bigContents} contents of one tenant and ${contentsEach} of ${smallTenants} others each`)
  const root = join(folder, 'lake')
  const ofBig = await storeWindows(root, { tenantId: big, contents: bigContents, contentsPerWindow })
  const ofSmall: WaitingContents[] = []
  for (let number = 1; number <= smallTenants; number += 1)
    ofSmall.push(...(await storeWindows(root, { tenantId: benchTenant(number), contents: contentsEach, contentsPerWindow })))

  const offers = [...ofBig, ...ofSmall]
  const small = smallTenants * contentsEach
  const taken: { alone: number; beside: number; turns: number; fifo: number }[] = []
  for (let round = 0; round <= rounds; round += 1) {
    onStep(`Fetching, round ${round} of ${rounds}`)
    const alone = await runContents(fleet, { way: 'turns', offers: ofSmall, isEnough: (_, total) => total === small })
    const isEnough = (reports: Reports, total: number): boolean =>
      total >= measuredContents && total - (reports.get(big)?.length ?? 0) === small
    const beside = await runContents(fleet, { way: 'turns', offers, isEnough })
    // The same contents in a plain queue: those of the small tenants, then as many of the big one.
    const inLine = { offers: [...ofSmall, ...ofBig], isEnough: (_: Reports, total: number) => total >= measuredContents }
    const fifo = await runContents(fleet, { way: 'fifo', ...inLine })
    // The first round warms up.
    if (round > 0) taken.push({ alone: p99Wait(alone), beside: p99Wait(beside), turns: throughput(beside), fifo: throughput(fifo) })
  }
  return results(size, taken)
}

function results(
  { smallTenants, contentsEach, bigContents }: FairnessSize,
  taken: readonly { alone: number; beside: number; turns: number; fifo: number }[],
): BenchResult[] {
  const waitRatio = rounded(median(taken.map(({ alone, beside }) => beside / alone)))
  const speedRatio = rounded(median(taken.map(({ turns, fifo }) => turns / fifo)))
  return [
    {
      name: `p99 wait of ${smallTenants} tenants with ${contentsEach} contents each, beside one with ${bigContents}, against without it`,
      ...{ value: Math.round(median(taken.map(({ beside }) => beside))), unit: 'ms', ratio: waitRatio },
      ...{ goal: '<= 2 x', holds: waitRatio <= 2 },
    },
    {
      name: 'throughput, against all of it in one plain queue',
      ...{ value: Math.round(median(taken.map(({ turns }) => turns))), unit: 'contents/s', ratio: speedRatio },
      ...{ goal: '>= 0.9 x', holds: speedRatio >= 0.9 },
    },
  ]
}

function p99Wait(reports: Reports): number {
  const waits = [...reports].flatMap(([tenantId, times]) => (tenantId === big ? [] : times)).sort((a, b) => a - b)
  return waits[Math.ceil(waits.length * 0.99) - 1] ?? Number.NaN
}

/** Contents a second, from the first report to the last. */
function throughput(reports: Reports): number {
  const times = [...reports.values()].flat()
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)
  const last = times.reduce((most, time) => Math.max(most, time), 0)
  return (1_000 * times.length) / (last - first)
}
