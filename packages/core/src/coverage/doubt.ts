import { hourMs, type Interval } from '../interval.ts'
import { within, without } from '../interval-set.ts'
import { type CoverageInterval, type CoverageState, coverageStates } from './coverage-state.ts'
import { overlay } from './overlay.ts'

/** Why a span of event time is not settled. */
export interface Doubt extends CoverageInterval {
  readonly state: Exclude<CoverageState, 'settled'>
  readonly cause: string
  readonly recoverable: boolean
}

/**
 * The event time, in whole hours, that something in `feed`, a span of `contentCreated` time, may concern: a record may become available
 * up to the horizon after its event.
 */
export function taintedBy(feed: Interval, horizonMs: number): Interval {
  return { from: Math.floor((feed.from - horizonMs) / hourMs) * hourMs, to: Math.ceil(feed.to / hourMs) * hourMs }
}

/** `range` in merged intervals: what no doubt covers is settled, elsewhere the worst doubt counts, and no order of doubts matters. */
export function coverageOf(doubts: readonly Doubt[], range: Interval): CoverageInterval[] {
  const inRange = doubts.toSorted(worstFirst).flatMap((doubt) => cut(doubt, range))
  const lasting = inRange.filter(({ recoverable }) => !recoverable)
  const intervals: CoverageInterval[] = []
  for (const { from, to, state, cause, recoverable } of overlay(inRange).flatMap((doubt) => withHope(doubt, lasting))) {
    append(intervals, { from: intervals.at(-1)?.to ?? range.from, to: from, state: 'settled' })
    append(intervals, { from, to, state, cause, recoverable })
  }
  append(intervals, { from: intervals.at(-1)?.to ?? range.from, to: range.to, state: 'settled' })
  return intervals.map((interval) => withDeadline(interval, inRange))
}

/** All doubts about a time have to heal. */
function withHope(doubt: Doubt, lasting: readonly Interval[]): Doubt[] {
  if (!doubt.recoverable) return [doubt]
  const parts = [
    ...without([doubt], lasting).map((part) => ({ ...doubt, ...part })),
    ...within([doubt], lasting).map((part) => ({ ...doubt, ...part, recoverable: false })),
  ]
  return parts.sort((a, b) => a.from - b.from)
}

function cut<Span extends Interval>(span: Span, { from, to }: Interval): Span[] {
  const part = { ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }
  return part.from < part.to ? [part] : []
}

/** Of two doubts of one state the one that stays speaks, else that of the earlier part of the feed. */
function worstFirst(a: Doubt, b: Doubt): number {
  const rank = ({ state, recoverable }: Doubt): number => 2 * coverageStates.indexOf(state) + Number(!recoverable)
  return rank(b) - rank(a) || a.from - b.from || (a.cause < b.cause ? -1 : Number(a.cause > b.cause))
}

/** Adds `next`, joining it to the interval before it when both say the same. */
function append(intervals: CoverageInterval[], next: CoverageInterval): void {
  if (next.from >= next.to) return
  const last = intervals.at(-1)
  if (last && last.state === next.state && last.cause === next.cause && last.recoverable === next.recoverable) {
    intervals[intervals.length - 1] = { ...last, to: next.to }
  } else {
    intervals.push(next)
  }
}

/** The first part of it that is lost counts. */
function withDeadline(interval: CoverageInterval, doubts: readonly Doubt[]): CoverageInterval {
  if (interval.recoverable !== true) return interval
  const until = doubts.reduce(
    (first, doubt) => (doubt.from < interval.to && interval.from < doubt.to ? Math.min(first, doubt.until ?? first) : first),
    Number.POSITIVE_INFINITY,
  )
  return Number.isFinite(until) ? { ...interval, until } : interval
}
