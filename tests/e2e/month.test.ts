import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { readCoverage } from '@mailtrail/cli'
import {
  dayMs,
  dayOutlook,
  defaultHorizonMs,
  hourMs,
  type Interval,
  listableMs,
  minuteMs,
  overlaps,
  parseTenantId,
  utcDate,
  windowsOver,
} from '@mailtrail/core'
import { createFolderStore, ledgerPrefix, type ObjectStore, rawPrefix, readFoldHeads, verifyEvidence, withReadCache } from '@mailtrail/lake'
import { addTenant, readHistory, recordHistory } from '@mailtrail/tenants'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { contentLifeMs, type FeedContent, FeedInMemory } from './feed-in-memory.ts'
import { FleetInMemory, type RoleName, roleNames } from './fleet-in-memory.ts'
import { createRandom, type Random } from './random.ts'
import { auditRecord, guid, recordTime } from './scenario.ts'

const start = Date.parse('2024-03-01T00:00:00Z')
const end = start + 30 * dayMs
const tickMs = 15 * minuteMs
const windowMs = hourMs
const tenant = 'clinic'
const tenantId = parseTenantId(guid(tenant))

/** How long the whole fleet has to be up to do what is due. */
const workMs = 4 * hourMs

/** A few months for every run; more of them with `MAILTRAIL_TEST_SEEDS=20`. */
const seeds = Array.from({ length: Number(process.env.MAILTRAIL_TEST_SEEDS ?? 1) }, (_, index) => String(index + 1))

interface Outage extends Interval {
  readonly role: RoleName
}

test.each(seeds)('a month of outages of up to six days loses nothing that the service still offered (seed %s)', async (seed) => {
  const random = createRandom(seed)
  const contents = monthOfContents(random)
  const outages = monthOfOutages(random)
  await using folder = await temporaryFolder()
  let [now, skewMs] = [start, 0]
  const clock = { now: () => now + skewMs, every: () => ({ [Symbol.dispose]: () => {} }) }
  const lake = withReadCache(createFolderStore(folder.path), { prefix: 'ledger/', maxBytes: 64 * 1024 * 1024 })
  const api = new FeedInMemory({ tenantId, contents, now: () => now }).api()
  const fleet = new FleetInMemory({ tenantId, lake, api, clockOf: () => clock, spoolFolder: folder.path })
  await addTenant(lake, { tenantId, displayName: tenant, cloud: 'worldwide', credentials: [], tags: [] })
  await recordHistory(lake, tenantId, {
    kind: 'added',
    at: start,
    contentTypes: ['Audit.Exchange'],
    windowMinutes: windowMs / minuteMs,
    backfill: false,
  })

  for (; now < end; now += tickMs) {
    if (random.chance(0.005)) skewMs = random.between(-10, 10) * minuteMs
    if (random.chance(0.01)) fleet.restartScheduler()
    if (random.chance(0.01)) fleet.loseRedis()
    await fleet.tick(new Set(roleNames.filter((role) => !outages.some((outage) => outage.role === role && includes(outage, now)))))
  }

  const stored = await storedRecordIds(lake)
  const idsOf = ({ records }: FeedContent): string[] => records.map((record) => String('Id' in record && record.Id))
  const lost = contents.filter((content) => idsOf(content).some((id) => !stored.has(id)))
  expect(lost.filter((content) => wasOffered(content, outages)).map(describeContent)).toEqual([])

  const coverage = await readCoverage(lake, tenantId, { from: start, to: end })
  const settled = coverage.filter(({ state }) => state === 'settled')
  const falselySettled = lost.filter(({ id, created, listedFrom }) => {
    const event = eventTimeOf(id, created)
    const hour = Math.floor(event / hourMs) * hourMs
    return listedFrom <= hour + hourMs + defaultHorizonMs && settled.some((interval) => includes(interval, event))
  })
  expect(falselySettled.map(describeContent)).toEqual([])
  // The fleet was up in the last days, so whatever can be settled is.
  const old = coverage.filter(({ from }) => from < end - 5 * dayMs)
  expect(old.filter(({ state, recoverable }) => state === 'provisional' || recoverable)).toEqual([])
  const settledMs = settled.reduce((sum, { from, to }) => sum + to - from, 0)
  expect(settledMs).toBeGreaterThan(3 * dayMs)
  expect(await unfolded(lake, settled)).toEqual([])
  const history = await readHistory(lake, tenantId)
  const evidence = { tenantId, history, operations: ['MailItemsAccessed'], horizonMs: defaultHorizonMs, heads: [], folder: folder.path }
  expect((await verifyEvidence(lake, evidence)).findings).toEqual([])
})

/** What is wrong with the folds of the days that are old enough for their last: what lies beside it, and days they call whole that are not. */
async function unfolded(lake: ObjectStore, settled: readonly Interval[]): Promise<string[]> {
  const days = Array.from(windowsOver({ from: start, to: end }, dayMs), ({ from }) => from)
  const summaries = await readFoldHeads(lake, tenantId, { contentType: 'Audit.Exchange', dates: days.map(utcDate) })
  const wrong: string[] = []
  for (const day of days.filter((from) => from < end - 8 * dayMs)) {
    const date = utcDate(day)
    const keys = await Array.fromAsync(lake.list(`${ledgerPrefix(tenantId, date)}Audit.Exchange/`))
    if (keys.length > 1 || summaries.get(date)?.fold !== 3) wrong.push(`${date} is ${keys}`)
    const isSettled = settled.some(({ from, to }) => from <= day && day + dayMs <= to)
    if (dayOutlook(date, summaries).outlook === 'whole' && !isSettled) wrong.push(`${date} is not settled`)
  }
  return wrong
}

/** A content about every 40 minutes; most appear at once, some hours late, a few days. Each has one record. */
function monthOfContents(random: Random): FeedContent[] {
  const contents: FeedContent[] = []
  for (let created = start; created < end; created += random.between(10, 70) * minuteMs) {
    const id = `content-${contents.length}`
    const lateHours = random.chance(0.8) ? 0 : random.pick([random.between(1, 5), random.between(6, 70), random.between(70, 150)])
    const record = auditRecord({ tenant, id: `record-${id}`, time: recordTime(eventTimeOf(id, created)) })
    contents.push({ id, created, listedFrom: created + lateHours * hourMs, records: [record] })
  }
  return contents
}

/** Most events are an hour old when they become available, some three days. */
function eventTimeOf(id: string, created: number): number {
  return created - (1 + (Number(id.slice(8)) % 7 === 0 ? Number(id.slice(8)) % 70 : 0)) * hourMs
}

/** Outages of one role at a time, with at least half a day between them, and none in the last six days. */
function monthOfOutages(random: Random): Outage[] {
  const outages: Outage[] = []
  for (let from = start + dayMs; ; ) {
    const hours = random.pick([random.between(1, 6), random.between(6, 48), random.between(48, 144)])
    const to = from + hours * hourMs
    if (to > end - 6 * dayMs) return outages
    outages.push({ role: random.pick(roleNames), from, to })
    from = to + random.between(12, 60) * hourMs
  }
}

/**
 * Whether a listing that was due after the content had appeared could be made, and the content fetched, by a fleet that was up. A content that appeared
 * after the last listing of its window is found by nobody.
 */
function wasOffered({ created, listedFrom }: FeedContent, outages: readonly Outage[]): boolean {
  const [window, hour, day] = [windowMs, hourMs, dayMs].map((step) => Math.floor(created / step) * step + step) as [number, number, number]
  const latest = Math.min(Math.floor(created / hourMs) * hourMs + listableMs, created + contentLifeMs, end)
  const own = [
    window + 15 * minuteMs,
    hour + hourMs,
    hour + 6 * hourMs,
    day + dayMs,
    day + defaultHorizonMs + 6 * hourMs,
    day + 5.5 * dayMs,
  ]
  return own.some((due) => due >= listedFrom && isUpBetween(due, latest, outages))
}

/** Whether no role was down for long enough to do what was due, at some time from `from` to `to`. */
function isUpBetween(from: number, to: number, outages: readonly Outage[]): boolean {
  for (let time = from; time + workMs <= to; time += tickMs) {
    if (!outages.some((outage) => overlaps(outage, { from: time, to: time + workMs }))) return true
  }
  return false
}

async function storedRecordIds(lake: ObjectStore): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const key of lake.list(rawPrefix('MailItemsAccessed', tenantId))) {
    const lines = createInterface({ input: Readable.from(lake.stream(key)).pipe(createGunzip()) })
    for await (const line of lines) ids.add(JSON.parse(line).Id)
  }
  return ids
}

function includes({ from, to }: Interval, time: number): boolean {
  return from <= time && time < to
}

function describeContent({ id, created, listedFrom }: FeedContent): string {
  return `${id} created ${new Date(created).toISOString()} listed from ${new Date(listedFrom).toISOString()}`
}
