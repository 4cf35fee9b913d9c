import type { CollectionPeriod } from '../collection.ts'
import { dayMs, type Interval, minuteMs } from '../interval.ts'
import { windowsOver } from '../windows.ts'
import type { DayGap, DaySummary } from './fold-summary.ts'
import { type EntryContent, type LedgerEntry, outcomes } from './ledger-entry.ts'
import { mergeContents } from './merge-contents.ts'

/** What a summary names of its gaps at most. */
const namedGaps = 12

/** Where no window is expected, gaps are told of by this grid. */
const defaultCellMs = 10 * minuteMs

/**
 * What the entries of the UTC day that begins at `day` say.
 *
 * @param entries - all of one content type whose spans begin on that day
 * @param periods - when that content type was expected to be collected
 */
export function summariseDay(entries: readonly LedgerEntry[], day: number, periods: readonly CollectionPeriod[]): DaySummary {
  const windows = expectedWindows(day, periods)
  const listed = windows.filter((window) => entries.some((entry) => entry.listing !== null && covers(entry, window)))
  const sealed = windows.filter((window) => entries.some((entry) => entry.entry === 'seal' && covers(entry, window)))
  const contents = [...mergeContents(entries).values()]
  const fetchable = contents.filter(({ outcome }) => outcome === 'pending' || outcome === 'dead')
  const gaps = joined([
    ...windows.filter((window) => !listed.includes(window)).map((window): Gap => ({ ...window, cause: 'unlisted' })),
    ...listed.filter((window) => !sealed.includes(window)).map((window): Gap => ({ ...window, cause: 'unsealed' })),
    ...contents.flatMap((content) => contentGap(content, periods)),
  ])
  return {
    windows: { expected: windows.length, listed: listed.length, sealed: sealed.length },
    contents: countOutcomes(contents),
    recordsSeen: contents.reduce((sum, { recordsSeen }) => sum + recordsSeen, 0),
    recordsKept: contents.reduce((sum, { recordsKept }) => sum + recordsKept, 0),
    gaps: gaps.slice(0, namedGaps),
    gapsLeftOut: Math.max(0, gaps.length - namedGaps),
    nextExpiry: isoOrNull(fetchable.reduce((first, { expiration }) => Math.min(first, expiration), Number.POSITIVE_INFINITY)),
    spansEnd: new Date(entries.reduce((last, { end }) => Math.max(last, end), day)).toISOString(),
    serviceDate: isoOrNull(entries.reduce((last, { listing }) => Math.max(last, listing?.serviceDate ?? last), Number.NEGATIVE_INFINITY)),
  }
}

/** The grid windows that begin on the day and are expected. */
export function expectedWindows(day: number, periods: readonly CollectionPeriod[]): Interval[] {
  return periods.flatMap(({ from, to, windowMs }) => {
    const span = { from: Math.max(from, day), to: Math.min(to, day + dayMs) }
    return span.from < span.to ? [...windowsOver(span, windowMs)].filter((window) => window.from >= span.from) : []
  })
}

function covers({ start, end }: LedgerEntry, { from, to }: Interval): boolean {
  return start <= from && to <= end
}

interface Gap extends Interval {
  readonly cause: DayGap['cause']
}

function contentGap({ created, outcome }: EntryContent, periods: readonly CollectionPeriod[]): Gap[] {
  if (outcome === 'stored') return []
  const cellMs = Math.min(...periods.map(({ windowMs }) => windowMs), defaultCellMs)
  const from = Math.floor(created / cellMs) * cellMs
  return [{ from, to: from + cellMs, cause: outcome }]
}

/** Neighbours of one cause are one gap. */
function joined(gaps: readonly Gap[]): DayGap[] {
  const result: Gap[] = []
  for (const gap of gaps.toSorted((a, b) => a.from - b.from)) {
    const index = result.findLastIndex(({ cause }) => cause === gap.cause)
    const last = result[index]
    if (last && gap.from <= last.to) result[index] = { ...last, to: Math.max(gap.to, last.to) }
    else result.push(gap)
  }
  return result.map(({ from, to, cause }) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), cause }))
}

/** Releases that know no `dropped` read the folds of days without it. */
function countOutcomes(contents: readonly EntryContent[]): DaySummary['contents'] {
  const counts = outcomes.map((outcome) => [outcome, contents.filter((content) => content.outcome === outcome).length] as const)
  return Object.fromEntries(counts.filter(([outcome, count]) => outcome !== 'dropped' || count > 0))
}

function isoOrNull(time: number): string | null {
  return Number.isFinite(time) ? new Date(time).toISOString() : null
}
