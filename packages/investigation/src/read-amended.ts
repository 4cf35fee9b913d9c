import {
  type Abortable,
  amendedIntervals,
  type CoverageEvidence,
  dayMs,
  evidenceSpan,
  type Interval,
  isLate,
  type LedgerEntry,
  mapConcurrently,
  overlaps,
  parseCreationTime,
  type RecordArrival,
  recordDigest,
  type TenantId,
  utcDate,
  windowsOver,
  within,
} from '@mailtrail/core'
import { contentHash, type ObjectStore, packingOf, rawPrefix, unpackObject } from '@mailtrail/lake'
import { splitLines } from './split-lines.ts'

/** What tells the coverage of the range: what its entries do not name came later than all that came in time. */
export type AmendedEvidence = CoverageEvidence & Required<Pick<CoverageEvidence, 'horizonMs'>>

const datesAtOnce = 4

/**
 * The hours of event time `range` for which a record arrived after they could be called settled. Only where late contents hold records of a date are
 * raw objects read, and then those of that date: memory is for the late records of a few dates.
 */
export async function readAmended(
  lake: ObjectStore,
  tenantId: TenantId,
  range: Interval,
  evidence: AmendedEvidence,
  { signal }: Abortable = {},
): Promise<Interval[]> {
  const { entries, horizonMs } = evidence
  const enteredAt = enteredAtOf(entries)
  const days = [...windowsOver(range, dayMs)]
  const amended = await mapConcurrently(days, { limit: datesAtOnce, signal }, async (day, either) => {
    const keys = await Array.fromAsync(lake.list(rawPrefix('MailItemsAccessed', tenantId, utcDate(day.from)), { signal: either }))
    const objects = keys.filter(packingOf).map((key) => ({ key, enteredAt: enteredAt(key) }))
    const news = await lateNews(lake, objects, (time, at) => isLate({ time, enteredAt: at }, horizonMs), day.from, { signal: either })
    return news.length === 0 ? [] : amendedIntervals(news, ofDay(evidence, day), day)
  })
  return within(amended.flat(), [range])
}

/** What is left of the evidence for one day. */
function ofDay(evidence: AmendedEvidence, day: Interval): CoverageEvidence {
  const span = evidenceSpan(day, evidence.horizonMs)
  return { ...evidence, entries: evidence.entries.filter(({ start, end }) => overlaps({ from: start, to: end }, span)) }
}

/** When the content of a raw object was first entered. A variant that no entry names may have come at any time. */
function enteredAtOf(entries: readonly LedgerEntry[]): (key: string) => number {
  const byContent = new Map<string, number>()
  const named = new Set<string>()
  for (const { listing, writtenAt, contents } of entries) {
    for (const { id, objects } of contents) {
      const hash = contentHash(id)
      byContent.set(hash, Math.min(byContent.get(hash) ?? Number.POSITIVE_INFINITY, listing?.serviceDate ?? writtenAt))
      for (const { key } of objects) named.add(key)
    }
  }
  return (key) => {
    const [, hash = '', rest = ''] = /\/([0-9a-f]{64})([^/]*)$/.exec(key) ?? []
    const isStray = rest.startsWith('~') && !named.has(key)
    return (isStray ? undefined : byContent.get(hash)) ?? Number.POSITIVE_INFINITY
  }
}

interface RawObject {
  readonly key: string
  readonly enteredAt: number
}

/** The late records of one date that say what none that came in time does. */
async function lateNews(
  lake: ObjectStore,
  objects: readonly RawObject[],
  isLateAt: (time: number, enteredAt: number) => boolean,
  day: number,
  options: Abortable,
): Promise<RecordArrival[]> {
  const late = objects.filter(({ enteredAt }) => isLateAt(day, enteredAt))
  const news = new Map<string, Map<string, RecordArrival>>()
  for (const { key, enteredAt } of late) {
    for await (const { id, time, digest } of recordsOf(lake, key, options)) {
      if (!isLateAt(time, enteredAt)) continue
      const ofId = news.get(id) ?? new Map<string, RecordArrival>()
      news.set(id, ofId.set(digest(), { time, enteredAt }))
    }
  }
  if (news.size === 0) return []
  for (const { key, enteredAt } of objects) {
    for await (const { id, time, digest } of recordsOf(lake, key, options)) {
      if (news.has(id) && !isLateAt(time, enteredAt)) news.get(id)?.delete(digest())
    }
  }
  return [...news.values()].flatMap((ofId) => [...ofId.values()])
}

interface RawRecord {
  readonly id: string
  readonly time: number
  digest(): string
}

async function* recordsOf(lake: ObjectStore, key: string, options: Abortable): AsyncGenerator<RawRecord> {
  for await (const lines of splitLines(unpackObject(lake, key, options))) {
    for (const line of lines) {
      const text = line.toString()
      const { Id: id, CreationTime: creationTime } = JSON.parse(text)
      const time = parseCreationTime(creationTime)
      if (time !== undefined) yield { id: String(id), time, digest: () => recordDigest(text) }
    }
  }
}
