import { setTimeout as delay } from 'node:timers/promises'
import { compareAlerts, compareLake, readCoverage, roles } from '@mailtrail/cli'
import { dayMs, defaultHorizonMs, hourMs, type Interval, minuteMs, parseTenantId } from '@mailtrail/core'
import { connectRedis, createWorkQueues } from '@mailtrail/queues'
import { expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { createRandom, type Random } from './random.ts'
import { auditRecord, guid, recordTime, scenario } from './scenario.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const feedEnd = start + 2 * dayMs
/** The last late content is found by a sweep six hours after its hour. */
const collectedAt = feedEnd + 8 * hourMs
/** The last day is swept, with the 72 hours after it, six hours after these. */
const settledAt = feedEnd + defaultHorizonMs + 8 * hourMs
const windowMinutes = 20
const lostHour = 9
const lostRecord = 'lost record'
const tenant = 'clinic'

/** One for every run; more of them with `MAILTRAIL_TEST_SEEDS=10`. */
const seeds = Array.from({ length: Number(process.env.MAILTRAIL_TEST_SEEDS ?? 1) }, (_, index) => String(index + 1))

test.each(seeds)('two days of outages of any role and of Redis lose nothing and store nothing twice (seed %s)', async (seed) => {
  const random = createRandom(`two days ${seed}`)
  const world = scenario(new Date(start).toISOString(), [{ name: tenant, contents: twoDaysOfContents(random) }], { pageSize: 2 })
  await using fleet = await startFleetUnderTest(world, { windowMinutes })
  await using running = new RunningRoles(fleet)
  const outages = Object.keys(roles).map((role) => ({ role, times: outagesOf(random) }))
  const redisLosses = [random.between(6, 20), random.between(24, 44)].map((hours) => start + hours * hourMs)

  // In the middle of a window, so that it is peeked at.
  for (let now = start + 10 * minuteMs; now <= collectedAt; now += windowMinutes * minuteMs) {
    const up = outages.filter(({ times }) => !times.some(({ from, to }) => from <= now && now < to)).map(({ role }) => role)
    await running.change(up)
    await fleet.simulator.advanceTo(now)
    await fleet.clock.advanceTo(now)
    if (redisLosses.some((at) => now - windowMinutes * minuteMs < at && at <= now)) await fleet.redis.restart({ wipe: true })
    await workIsDone(fleet, up.length === outages.length)
  }

  // An hour without contents vouches for its emptiness only if the feed is listed every hour.
  await fleet.runTo(settledAt)

  const lost = / lacks record (\S+)/
  const differences = await compareLake(fleet.lake, await fleet.truth())
  expect(differences.map((line) => lost.exec(line)?.[1] ?? line)).toEqual([guid(lostRecord)])
  expect((await Array.fromAsync(fleet.lake.list('raw/'))).filter((key) => key.includes('~'))).toEqual([])
  const alert = { type: 'mailbox.throttled', tenantId: guid(tenant), mailboxGuid: guid(`${tenant}/mailbox`) }
  expect(compareAlerts(await fleet.siem(), [alert])).toEqual([])
  const coverage = await readCoverage(fleet.lake, parseTenantId(guid(tenant)), { from: start, to: feedEnd })
  expect(coverage.map(({ from, to, state }) => [(from - start) / hourMs, (to - start) / hourMs, state])).toEqual([
    // The subscription was first seen to be on in hour 0.
    [0, 1, 'unverified'],
    // What expired before it was fetched may have held events of any hour before.
    [1, lostHour + 1, 'gap_collector'],
    [lostHour + 1, 48, 'settled'],
  ])
})

/** The roles that are up, each started and ended by itself. */
class RunningRoles implements AsyncDisposable {
  readonly #fleet: FleetUnderTest
  readonly #running = new Map<string, AsyncDisposable>()

  constructor(fleet: FleetUnderTest) {
    this.#fleet = fleet
  }

  async change(names: readonly string[]): Promise<void> {
    for (const [name, role] of this.#running) {
      if (names.includes(name)) continue
      await role[Symbol.asyncDispose]()
      this.#running.delete(name)
    }
    for (const name of names) if (!this.#running.has(name)) this.#running.set(name, await this.#fleet.startRoles([name]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.change([])
  }
}

/** Waits until all is done; while a role is down, until nothing moves any more. */
async function workIsDone({ config }: FleetUnderTest, isWhole: boolean): Promise<void> {
  await using connections = new AsyncDisposableStack()
  const redis = connections.adopt(await connectRedis(config.redisUrl), (client) => client.disconnect())
  const queues = connections.use(createWorkQueues(redis))
  let [left, still] = [await queues.unfinished(), 0]
  while (left > 0 && (isWhole || still < 15)) {
    await delay(20)
    const now = await queues.unfinished()
    still = now === left ? still + 1 : 0
    left = now
  }
}

/** Up to three outages of one to six hours, over before the feed ends. */
function outagesOf(random: Random): Interval[] {
  const outages: Interval[] = []
  for (let from = start + random.between(2, 10) * hourMs; from < feedEnd - 8 * hourMs; from += random.between(10, 20) * hourMs) {
    outages.push({ from, to: from + random.between(1, 6) * hourMs })
  }
  return outages
}

/** A content about every ten minutes, one in ten late by some hours; one record says that its mailbox is throttled, and one content expires before it is listed. */
function twoDaysOfContents(random: Random): object[] {
  const lostAt = start + (lostHour + 0.5) * hourMs
  const contents: object[] = [{ ...contentOf(lostRecord, lostAt), expires: new Date(lostAt + minuteMs).toISOString() }]
  for (let created = start + 5 * minuteMs; created < feedEnd; created += random.between(4, 16) * minuteMs) {
    const lateMs = random.chance(0.1) ? random.between(1, 5) * hourMs : 0
    const content = contentOf(`record-${contents.length}`, created, contents.length === 100)
    contents.push({ ...content, ...(lateMs > 0 && { listedFrom: new Date(created + lateMs).toISOString() }) })
  }
  return contents
}

function contentOf(id: string, created: number, isThrottled?: boolean): object {
  const record = auditRecord({ tenant, id, time: recordTime(created - 30 * minuteMs), ...(isThrottled !== undefined && { isThrottled }) })
  return { created: new Date(created).toISOString(), records: [record] }
}
