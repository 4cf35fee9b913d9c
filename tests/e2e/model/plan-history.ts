import { dayMs, hourMs, type Interval, minuteMs } from '@mailtrail/core'
import type { FeedContent } from '../feed-in-memory.ts'
import { type RoleName, roleNames } from '../fleet-in-memory.ts'
import type { Random } from '../random.ts'
import { auditRecord, recordTime } from '../scenario.ts'

export const tenant = 'clinic'
export const horizonMs: number = 24 * hourMs
const start = Date.parse('2024-03-01T00:00:00Z')

/** After the last fault: the rest of its day, the horizon after that, and the sweep six hours later, with time for all of it. */
const quietMs = dayMs + horizonMs + 10 * hourMs

/** What happens in one history, drawn before it is played. */
export interface HistoryPlan extends Interval {
  /** After the last fault; the end, where faults go on until then. */
  readonly quietFrom: number
  readonly windowMinutes: number
  readonly backfill: boolean
  /** Since when the subscription is off, before the collection begins; absent when it is on. */
  readonly unsubscribedSince?: number
  readonly contents: readonly FeedContent[]
  readonly outages: readonly (Interval & { readonly role: RoleName })[]
  readonly skews: readonly (Interval & { readonly process: number; readonly skewMs: number })[]
  readonly decisions: readonly { readonly at: number; readonly kind: 'pause' | 'resume' | 'resume with backfill' | 'remove' | 'add' }[]
  /** `restoredAt` is when somebody else starts the subscription. */
  readonly stops: readonly { readonly at: number; readonly reason: 'MISSING' | 'DISABLED'; readonly restoredAt?: number }[]
  readonly redisLosses: readonly number[]
  /** How often a step, a job or an answer goes wrong, of one. */
  readonly rates: { readonly crash: number; readonly race: number; readonly refusal: number; readonly dateless: number }
  /** When coverage is looked at, beside the end. */
  readonly moments: readonly number[]
}

export function planHistory(random: Random): HistoryPlan {
  const length = random.pick([...Array.from({ length: 6 }, () => 'short' as const), 'whole', 'whole', 'whole', 'long'] as const)
  const isLong = length === 'long'
  const days = { short: random.between(3, 4), whole: random.between(6, 8), long: random.between(10, 12) }[length]
  const end = start + days * dayMs + random.between(0, 23) * hourMs
  const quietFrom = length === 'short' ? end : end - quietMs
  const troubled = { from: start + 2 * hourMs, to: quietFrom }
  const outages = drawOutages(random, troubled, isLong)
  return {
    from: start,
    to: end,
    quietFrom,
    windowMinutes: random.pick([60, 60, 60, 30]),
    backfill: random.chance(0.4),
    ...(random.chance(0.4) && {
      unsubscribedSince: start - random.pick([30 * 24 * 60, random.between(5, 55), random.between(5, 300)]) * minuteMs,
    }),
    contents: drawContents(random, end),
    outages,
    skews: drawSkews(random, { from: start, to: quietFrom }),
    decisions: random.chance(0.35) ? drawDecisions(random, troubled) : [],
    stops: drawStops(random, troubled, outages),
    redisLosses: drawTimes(random, troubled, random.pick([0, 0, 2, 6])),
    rates: {
      crash: random.pick([0, 0, 0.001, 0.003]),
      race: random.pick([0, 0.1, 0.3]),
      refusal: random.pick([0, 0.01, 0.05]),
      dateless: random.pick([0, 0, 0.03, 0.2]),
    },
    moments: drawTimes(random, { from: start + 2.3 * dayMs, to: end - hourMs }, 2).sort((a, b) => a - b),
  }
}

/** A content about every 40 minutes, most of an hour or so before, some late or very late, some early, some broken. */
function drawContents(random: Random, end: number): FeedContent[] {
  const contents: FeedContent[] = []
  for (let created = start - dayMs; created < end; created += random.between(5, 75) * minuteMs) {
    const lateMs = random.chance(0.8)
      ? 0
      : random.pick([-random.between(1, 10), random.between(60, 1_300), random.between(1_300, 8_000)]) * minuteMs
    const records = Array.from({ length: random.between(1, 2) }, (_, index) => drawRecord(random, `${contents.length}-${index}`, created))
    const again = random.chance(0.05) ? (contents.at(-random.between(1, 5))?.records ?? []) : []
    const lasts = (): number => (random.chance(0.4) ? Number.POSITIVE_INFINITY : created + random.between(1, 60) * hourMs)
    contents.push({
      id: `content-${contents.length}`,
      created,
      listedFrom: created + lateMs,
      records: [...records, ...again],
      ...(random.chance(0.005) && { missingUntil: lasts() }),
      ...(random.chance(0.005) && { brokenUntil: lasts() }),
    })
  }
  return contents
}

function drawRecord(random: Random, id: string, created: number): object {
  const ageMinutes = random.chance(0.65) ? random.between(1, 120) : random.between(120, random.pick([24 * 60, 24 * 60, 80 * 60]))
  return auditRecord({ tenant, id, time: recordTime(created - ageMinutes * minuteMs) })
}

function drawOutages(random: Random, { from, to }: Interval, isLong: boolean): (Interval & { role: RoleName })[] {
  const lengths = isLong
    ? [random.between(150, 200)]
    : Array.from({ length: random.between(0, 6) }, () => random.pick([random.between(2, 6), random.between(2, 6), random.between(6, 40)]))
  return lengths.flatMap((hours) => {
    const begins = from + random.between(0, Math.floor((to - from) / hourMs)) * hourMs + random.between(0, 59) * minuteMs
    const roles = random.chance(0.3) ? roleNames : [random.pick([...roleNames, 'fetcher' as const])]
    return roles.map((role) => ({ role, from: begins, to: Math.min(begins + hours * hourMs, to) }))
  })
}

function drawSkews(random: Random, { from, to }: Interval): (Interval & { process: number; skewMs: number })[] {
  return Array.from({ length: random.pick([0, 0, 3]) }, () => {
    const begins = random.between(from, to)
    const minutes = random.pick([
      random.between(-10, 10),
      random.between(-10, 10),
      random.between(-720, 720),
      random.between(-2_880, 2_880),
    ])
    return {
      process: random.between(0, 2),
      from: begins,
      to: Math.min(to, begins + random.between(1, 30) * hourMs),
      skewMs: minutes * minuteMs,
    }
  })
}

function drawDecisions(random: Random, { from, to }: Interval): HistoryPlan['decisions'] {
  const [first, second] = drawTimes(random, { from: from + 12 * hourMs, to }, 2).sort((a, b) => a - b) as [number, number]
  const [ends, begins] = random.pick([
    ['pause', 'resume'],
    ['pause', 'resume with backfill'],
    ['remove', 'add'],
  ] as const)
  return [{ at: first, kind: ends }, ...(random.chance(0.7) ? [{ at: second, kind: begins }] : [])]
}

/** Lost for as long as nobody notices, or, while we list nothing, for whole hours: shorter losses show in nothing. */
function drawStops(random: Random, troubled: Interval, outages: HistoryPlan['outages']): HistoryPlan['stops'] {
  const reason = random.pick(['MISSING', 'DISABLED'] as const)
  const unseen = outages.filter(({ role, from, to }) => role === 'lister' && to - from >= 4 * hourMs && random.chance(0.4))
  const hidden = unseen.map(({ from, to }) => {
    const at = Math.ceil(from / hourMs) * hourMs + hourMs
    return { at, reason, restoredAt: at + random.between(1, Math.floor((to - at) / hourMs)) * hourMs }
  })
  const seen = random.chance(0.3) ? drawTimes(random, troubled, 1).map((at) => ({ at, reason })) : []
  const isApart = (at: number): boolean => hidden.every((stop) => at < stop.at - hourMs || at > stop.restoredAt + hourMs)
  return [...hidden, ...seen.filter(({ at }) => isApart(at))].sort((a, b) => a.at - b.at)
}

function drawTimes(random: Random, { from, to }: Interval, count: number): number[] {
  return Array.from({ length: count }, () => random.between(from, to))
}
