import { compareLake, readCoverage, readCoverageEvidence } from '@mailtrail/cli'
import { type CoverageInterval, hourMs, type Interval, minuteMs, parseTenantId } from '@mailtrail/core'
import { readAmended } from '@mailtrail/investigation'
import { type Finding, type ObjectStore, verifyEvidence } from '@mailtrail/lake'
import type { Clock } from '@mailtrail/runtime'
import { onboardTenant, pauseTenant, readHistory, removeTenant, resumeTenant } from '@mailtrail/tenants'
import { FeedInMemory } from '../feed-in-memory.ts'
import { FleetInMemory, roleNames } from '../fleet-in-memory.ts'
import { lakeInMemory } from '../lake-in-memory.ts'
import { createRandom } from '../random.ts'
import { guid } from '../scenario.ts'
import { type HistoryPlan, horizonMs, planHistory, tenant } from './plan-history.ts'
import { StoredLines } from './stored-lines.ts'

const tenantId = parseTenantId(guid(tenant))

/** What was seen at one time: the coverage of all event time until then, and which records were in the lake. */
export interface Moment {
  readonly at: number
  readonly range: Interval
  readonly coverage: readonly CoverageInterval[]
  readonly stored: ReadonlySet<string>
}

export interface PlayedHistory {
  readonly plan: HistoryPlan
  readonly feed: FeedInMemory
  /** In order; the last is long after the last fault. */
  readonly moments: readonly Moment[]
  /** Event time that is amended at last. */
  readonly amended: readonly Interval[]
  /** The records in the lake after Redis was lost once more, and everything done that was due. */
  readonly replayed: ReadonlySet<string>
  readonly outsideLayout: readonly string[]
  /** What a verification finds, though nobody touched the lake. */
  readonly findings: readonly Finding[]
}

/** The scheduler looks each minute; here as soon as a window is due, and now and then half an hour later. */
const ticksAt = [2.5, 33].map((minutes) => minutes * minuteMs)

/** Plays one history of a tenant: the real planner, handlers and ledger against a feed of which all is known, with every kind of fault. */
export async function playHistory(seed: string, spoolFolder: string): Promise<PlayedHistory> {
  const random = createRandom(seed)
  const plan = planHistory(random)
  let now = plan.unsubscribedSince ?? plan.from
  const isTroubled = (): boolean => plan.from < now && now < plan.quietFrom
  const isDying = (): boolean => plan.outages.some(({ from }) => now < from && from < now + 30 * minuteMs)
  const happens = (rate: number): boolean => isTroubled() && rate > 0 && random.chance(rate)
  const refusals = ['ACTIVITY_API_UNAVAILABLE', 'ACTIVITY_API_THROTTLED', 'ACTIVITY_API_PAGE_INVALID'] as const
  const feed = new FeedInMemory({
    tenantId,
    contents: plan.contents,
    // Each call takes some time.
    now: () => (now += random.between(0, 400)),
    trouble: {
      refuses: () => (happens(plan.rates.refusal) ? random.pick(refusals) : undefined),
      isDateless: () => happens(plan.rates.dateless),
    },
  })
  const lake = lakeInMemory()
  const fleet = new FleetInMemory({
    tenantId,
    lake,
    api: feed.api(),
    clockOf: (process) => clockOf(() => now + skewOf(plan, process, now)),
    spoolFolder,
    horizonMs,
    trouble: {
      // Who goes down for long mostly does so in the middle of something.
      crashes: () => happens(isDying() ? 0.03 : plan.rates.crash),
      races: () => happens(plan.rates.race),
      pick: (count) => random.between(0, Math.max(0, count - 1)),
    },
  })
  if (plan.unsubscribedSince !== undefined) feed.stop('MISSING')
  const events = eventsOf({ plan, feed, fleet, lake })
  const moments: Moment[] = []
  const stored = new StoredLines(lake, tenantId)
  const registration = { tenantId, displayName: tenant, cloud: 'worldwide', credentials: [], tags: [] }
  const look = async (): Promise<Moment> => {
    const range = { from: plan.from - 12 * hourMs, to: Math.floor(now / hourMs) * hourMs }
    return { at: now, range, coverage: await readCoverage(lake, tenantId, range, { horizonMs }), stored: await stored.read() }
  }
  const due = [...plan.moments]
  now = plan.from
  await onboardTenant(lake, registration, { now, backfill: plan.backfill, ...settingsOf(plan) })
  for (let hour = plan.from; hour < plan.to; hour += hourMs) {
    for (const tickAt of ticksAt) {
      now = Math.max(now, hour + tickAt)
      while (events[0] && events[0].at <= now) await events.shift()?.happen()
      const up = roleNames.filter((role) => !plan.outages.some((outage) => outage.role === role && includes(outage, now)))
      if (tickAt === ticksAt[0] || random.chance(0.5)) await fleet.tick(new Set(up))
      while (due[0] !== undefined && due[0] <= now) {
        due.shift()
        moments.push(await look())
      }
    }
  }
  const last = await look()
  moments.push(last)
  const evidence = await readCoverageEvidence(lake, tenantId, last.range, { horizonMs })
  const amended = await readAmended(lake, tenantId, last.range, { ...evidence, horizonMs })
  fleet.loseRedis()
  fleet.restartScheduler()
  await fleet.tick(new Set(roleNames))
  const outsideLayout = await compareLake(lake, { tenants: {} })
  return { plan, feed, moments, amended, replayed: await stored.read(), outsideLayout, findings: await verified(lake, spoolFolder) }
}

async function verified(lake: ObjectStore, folder: string): Promise<readonly Finding[]> {
  const history = await readHistory(lake, tenantId)
  const options = { tenantId, history, operations: ['MailItemsAccessed'], horizonMs, heads: [], folder }
  return (await verifyEvidence(lake, options)).findings
}

function settingsOf({ windowMinutes }: HistoryPlan): { contentTypes: string[]; windowMinutes: number } {
  return { contentTypes: ['Audit.Exchange'], windowMinutes }
}

interface HistoryEvent {
  readonly at: number
  happen(): unknown
}

function eventsOf({
  plan,
  feed,
  fleet,
  lake,
}: {
  plan: HistoryPlan
  feed: FeedInMemory
  fleet: FleetInMemory
  lake: ObjectStore
}): HistoryEvent[] {
  const decide = (kind: HistoryPlan['decisions'][number]['kind'], now: number): Promise<unknown> => {
    if (kind === 'pause') return pauseTenant(lake, tenantId, { now })
    if (kind === 'remove') return removeTenant(lake, tenantId, { now })
    if (kind === 'resume' || kind === 'resume with backfill') {
      return resumeTenant(lake, tenantId, { now, backfill: kind === 'resume with backfill' })
    }
    const registration = { tenantId, displayName: tenant, cloud: 'worldwide', credentials: [], tags: [] }
    return onboardTenant(lake, registration, { now, backfill: plan.backfill, ...settingsOf(plan) })
  }
  return [
    ...plan.redisLosses.map((at) => ({ at, happen: () => fleet.loseRedis() })),
    ...plan.stops.map(({ at, reason }) => ({ at, happen: () => feed.stop(reason) })),
    ...plan.stops.flatMap(({ restoredAt }) => (restoredAt === undefined ? [] : [{ at: restoredAt, happen: () => feed.start() }])),
    ...plan.decisions.map(({ at, kind }) => ({ at, happen: () => decide(kind, at) })),
  ].sort((a, b) => a.at - b.at)
}

function skewOf({ skews }: HistoryPlan, process: number, now: number): number {
  return skews.find((skew) => skew.process === process && includes(skew, now))?.skewMs ?? 0
}

function clockOf(now: () => number): Clock {
  return { now, every: () => ({ [Symbol.dispose]: () => {} }) }
}

function includes({ from, to }: Interval, time: number): boolean {
  return from <= time && time < to
}
