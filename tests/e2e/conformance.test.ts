import { setTimeout as delay } from 'node:timers/promises'
import { compareLake, readCoverage } from '@mailtrail/cli'
import { type CoverageInterval, type CoverageState, hourMs, mergeContents, minuteMs, parseTenantId, touches, union } from '@mailtrail/core'
import { readLatestEntries, readLedger } from '@mailtrail/lake'
import { connectRedis, createWorkQueues, type WorkQueues } from '@mailtrail/queues'
import { readHistory } from '@mailtrail/tenants'
import { startSimulator } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import {
  type CataloguedFault,
  type ConformanceCase,
  combinedCase,
  conformanceStart,
  eventTime,
  type FaultEnd,
  singleCases,
} from './conformance-cases.ts'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { createRandom } from './random.ts'
import { guid, scenario } from './scenario.ts'

const hour = (n: number): number => conformanceStart + n * hourMs
const isLong = process.env.MAILTRAIL_TEST_CONFORMANCE === 'all'
const combinations = isLong ? 200 : 20
/** Tenants in one run of the fleet. */
const tenantsAtOnce = 150
/** Once nothing runs, what is set aside (a throttled tenant is, for ever) gets this much time. */
const patienceMs = 3_000

/**
 * What may stand where the catalogue expects an end. A tenant that could not be listed for an hour was not seen to be subscribed. A content that had
 * expired when it was listed reads as ours (docs/decisions/0003).
 */
const allowedStates: Readonly<Record<Exclude<FaultEnd, 'whole'>, readonly CoverageState[]>> = {
  gap_collector: ['gap_collector', 'unverified'],
  gap_upstream: ['gap_upstream', 'gap_collector'],
  gap_subscription: ['gap_subscription', 'unverified'],
  unverified: ['unverified', 'provisional'],
}

const catalogue = await readCatalogue()
const random = createRandom('conformance')
const cases = [
  ...(isLong ? singleCases(catalogue) : oneOfEach(singleCases(catalogue))),
  ...Array.from({ length: combinations }, (_, index) => combinedCase(catalogue, random, index + 1)),
]
const runs = Array.from({ length: Math.ceil(cases.length / tenantsAtOnce) }, (_, index) =>
  cases.slice(index * tenantsAtOnce, (index + 1) * tenantsAtOnce),
)

test.each(runs.map((run, index) => ({ run, number: index + 1 })))(
  'the fleet ends with the truth, or with a gap under its right cause, and leaks no token (run $number)',
  { timeout: 15 * 60_000 },
  async ({ run }) => {
    const world = scenario(
      new Date(conformanceStart).toISOString(),
      run.map(({ tenant }) => tenant),
      // Two contents in a window, so that the faults of pages are met.
      { pageSize: 1 },
    )
    await using fleet = await startFleetUnderTest(world, { windowMinutes: 60 })
    await using _running = await fleet.startRoles()
    for (let n = 0; n <= 13; n += 1) await step(fleet, hour(n) + 5 * minuteMs)
    const problems = await findProblems(fleet, run)
    expect(problems).toEqual([])
    const score = await fleet.simulator.get<Record<string, unknown>>('/sim/score')
    expect(score).toMatchObject({
      tokensLeaked: 0,
      callsWithoutPublisherIdentifier: 0,
      listingsBeyond24Hours: 0,
      startsWithin15Minutes: 0,
    })
  },
)

/** Lets time pass to `time`, waits until nothing waits or runs, and a little for what is set aside. */
async function step({ simulator, clock, config }: FleetUnderTest, time: number): Promise<void> {
  await using connections = new AsyncDisposableStack()
  const redis = connections.adopt(await connectRedis(config.redisUrl), (client) => client.disconnect())
  const queues: WorkQueues = connections.use(createWorkQueues(redis))
  await simulator.advanceTo(time)
  await clock.advanceTo(time)
  for (let idleMs = 0; idleMs < patienceMs && (await queues.unfinished()) > 0; ) {
    await delay(50)
    if ((await queues.ready()) === 0) idleMs += 50
  }
}

async function findProblems(fleet: FleetUnderTest, run: readonly ConformanceCase[]): Promise<string[]> {
  const differences = await compareLake(fleet.lake, await fleet.truth())
  const problems = differences.filter((difference) => !difference.includes(' lacks record '))
  for (const { name, ends, createdOfRecord } of run) {
    const tenantId = parseTenantId(guid(name))
    const coverage = await readCoverage(fleet.lake, tenantId, { from: hour(0), to: hour(8) })
    const present = Math.max(...(await readLatestEntries(fleet.lake, tenantId)).map(({ listing }) => listing?.serviceDate ?? 0))
    // Late records are waited for in every hour; but what nobody listed yet is provisional, too, as long as the ledger knows no later time.
    const provisional = coverage.filter(({ state }) => state === 'provisional')
    const ahead = union(provisional).filter(({ to }) => to + hourMs >= present)
    const isGap = (interval: CoverageInterval): boolean =>
      interval.state !== 'settled' && (interval.state !== 'provisional' || touches(ahead, interval))
    // So is, for an hour, what was listed late and is not stored yet.
    const entries = await readLedger(fleet.lake, tenantId, { from: hour(0), to: hour(9) })
    const listedLately = entries.filter(({ listing }) => (listing?.serviceDate ?? 0) + hourMs >= present)
    const best = mergeContents(entries)
    const pending = new Set(
      listedLately.flatMap(({ contents }) => contents.flatMap(({ id, created }) => (best.get(id)?.outcome === 'pending' ? created : []))),
    )
    const isTold = (created: number): boolean => {
      const interval = coverage.find(({ from, to }) => from <= eventTime(created) && eventTime(created) < to)
      return interval !== undefined && (isGap(interval) || (interval.state === 'provisional' && pending.has(created)))
    }
    const lost = differences.flatMap((difference) => new RegExp(`${tenantId} lacks record (\\S+)`).exec(difference)?.[1] ?? [])
    const silent = lost.filter((id) => !isTold(createdOfRecord(id)))
    if (silent.length > 0) problems.push(`${name}: ${silent.length} of ${lost.length} lost records are nowhere in a gap`)

    const allowed = ends.flatMap((end) => (end === 'whole' ? [] : allowedStates[end]))
    if (lost.length > 0 && allowed.length === 0) problems.push(`${name}: ${lost.length} record(s) lost where nothing may be`)
    // Before the subscription was seen for the first time nothing is known.
    const verified = (await readHistory(fleet.lake, tenantId)).find(({ kind }) => kind === 'subscription-verified')
    const knownFrom = verified === undefined ? Number.POSITIVE_INFINITY : Math.max(hour(3), verified.at + hourMs)
    const states = [...new Set(coverage.filter(({ to }) => to > knownFrom).map(({ state }) => state))]
    const strange = states.filter((state) => state !== 'provisional' && state !== 'settled' && !allowed.includes(state))
    if (strange.length > 0) problems.push(`${name}: is ${strange.join(', ')} where ${ends.join(', ')} was expected`)
    const isMarked = coverage.some((interval) => isGap(interval) && (interval.state === 'provisional' || allowed.includes(interval.state)))
    if (allowed.length > 0 && ends.length === 1 && !isMarked)
      problems.push(`${name}: is ${states.join(', ')} where ${ends[0]} was expected`)
  }
  return problems
}

async function readCatalogue(): Promise<readonly CataloguedFault[]> {
  await using simulator = await startSimulator({
    scenario: scenario(new Date(conformanceStart).toISOString(), [{ name: 'none', contents: [] }]),
  })
  return await simulator.get('/sim/faults')
}

/** One case of each fault, the passing and the lasting in turn. */
function oneOfEach(all: readonly ConformanceCase[]): ConformanceCase[] {
  const byFault = Map.groupBy(all, ({ name }) => name.split(' ')[0])
  return [...byFault.values()].map((same, index) => same[index % same.length] as ConformanceCase)
}
