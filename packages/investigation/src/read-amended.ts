import {
  type Abortable,
  amendedIntervals,
  type CoverageEvidence,
  dayMs,
  evidenceSpan,
  type Interval,
  isLate,
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
import { type ObjectStore, packingOf, rawPrefix, splitLines, unpackObject } from '@mailtrail/lake'
import { cameAtOf } from './came-at.ts'

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
  const cameAt = cameAtOf(entries, horizonMs)
  const days = [...windowsOver(range, dayMs)]
  const amended = await mapConcurrently(days, { limit: datesAtOnce, signal }, async (day, either) => {
    const keys = await Array.fromAsync(lake.list(rawPrefix('MailItemsAccessed', tenantId, utcDate(day.from)), { signal: either }))
    const late = ({ key, time }: Pick<RawRecord, 'key' | 'time'>): RecordArrival | undefined => {
      const arrival = { time, cameAt: cameAt(key, time) }
      return isLate(arrival, horizonMs) ? arrival : undefined
    }
    const news = await lateNews(lake, { keys: keys.filter(packingOf), day: day.from, late }, { signal: either })
    return news.length === 0 ? [] : amendedIntervals(news, ofDay(evidence, day), day)
  })
  return within(amended.flat(), [range])
}

/** What is left of the evidence for one day. */
function ofDay(evidence: AmendedEvidence, day: Interval): CoverageEvidence {
  const span = evidenceSpan(day, evidence.horizonMs)
  return { ...evidence, entries: evidence.entries.filter(({ start, end }) => overlaps({ from: start, to: end }, span)) }
}

interface RawDay {
  readonly day: number
  /** Of the raw objects of the day. */
  readonly keys: readonly string[]
  /** How the record came, if it came late. */
  readonly late: (record: Pick<RawRecord, 'key' | 'time'>) => RecordArrival | undefined
}

/** The late records of one date that say what none that came in time does. */
async function lateNews(lake: ObjectStore, { day, keys, late }: RawDay, options: Abortable): Promise<RecordArrival[]> {
  const news = new Map<string, Map<string, RecordArrival>>()
  // What is not late for the first hour of the day is so for none.
  for (const key of keys.filter((key) => late({ key, time: day }))) {
    for await (const record of recordsOf(lake, key, options)) {
      const arrival = late(record)
      if (arrival) news.set(record.id, (news.get(record.id) ?? new Map<string, RecordArrival>()).set(record.digest(), arrival))
    }
  }
  if (news.size === 0) return []
  for (const key of keys) {
    for await (const record of recordsOf(lake, key, options)) {
      if (news.has(record.id) && !late(record)) news.get(record.id)?.delete(record.digest())
    }
  }
  return [...news.values()].flatMap((ofId) => [...ofId.values()])
}

interface RawRecord {
  readonly key: string
  readonly id: string
  readonly time: number
  digest(): string
}

async function* recordsOf(lake: ObjectStore, key: string, options: Abortable): AsyncGenerator<RawRecord> {
  for await (const line of splitLines(unpackObject(lake, key, options))) {
    const text = line.toString()
    const { Id: id, CreationTime: creationTime } = JSON.parse(text)
    const time = parseCreationTime(creationTime)
    if (time !== undefined) yield { key, id: String(id), time, digest: () => recordDigest(text) }
  }
}
