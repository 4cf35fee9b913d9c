import { type Collection, type CollectionPeriod, type Lane, laneOf, lanes } from './collection.ts'
import { dayMs, hourMs, type Interval, overlaps } from './interval.ts'
import type { EntryName, EntrySpan, ListingName, SweepName } from './ledger/ledger-entry.ts'
import { listableMs, listingDelayMs, windowsOver } from './windows.ts'

/** The lateness horizon H: how long after an event its record may become listable and still be waited for. A fleet may choose another. */
export const defaultHorizonMs: number = 72 * hourMs
/** With a longer one a day would age out before its settling sweep is due. */
export const longestHorizonMs: number = 120 * hourMs

/** A listing that should be in the ledger by now. */
export interface DueListing extends EntrySpan {
  readonly entry: ListingName
  readonly lane: Lane
}

/** How old the end of a span must be for a listing to count, by the service's clock. */
export function listingAgeMs(entry: ListingName): number {
  return entry === 'listed' ? listingDelayMs : sweeps[entry].ageMs
}

/**
 * The re-listings of every span: the service promises neither order nor latency nor completeness. `sweep-settle` lists the day and the
 * horizon after it, so that one sweep of a day can settle each of its hours; `sweep-last` is the last that fits before the span ages out.
 */
const sweeps: Readonly<Record<SweepName, { periodMs: number; ageMs: number }>> = {
  'sweep-1h': { periodMs: hourMs, ageMs: hourMs },
  'sweep-6h': { periodMs: hourMs, ageMs: 6 * hourMs },
  'sweep-24h': { periodMs: dayMs, ageMs: dayMs },
  'sweep-settle': { periodMs: dayMs, ageMs: 6 * hourMs },
  'sweep-last': { periodMs: dayMs, ageMs: 5.5 * dayMs },
}

/**
 * Spans are asked for a little beyond the listing limit: this machine's clock may be ahead, and only the service's word says that a span has aged out.
 */
const clockAllowanceMs = hourMs

/**
 * Every listing that is due at `now` and not in the ledger: what somebody waits for, then live windows, then backfilled ones, then sweeps, each oldest
 * first, so that what ages out next is listed next. Spans that begin before the service's listing limit are left out.
 *
 * @param isKnown - whether the ledger has this entry of the span
 */
export function dueListings(
  collection: Pick<Collection, 'periods' | 'incidents'>,
  now: number,
  isKnown: (span: EntrySpan, entry: EntryName) => boolean,
  horizonMs: number = defaultHorizonMs,
): DueListing[] {
  const { periods } = collection
  const edge = now - listableMs
  const oldest = edge - clockAllowanceMs
  const due: DueListing[] = []
  const offer = ({ contentType }: CollectionPeriod, span: Interval, entry: ListingName): void => {
    const listing = { contentType, start: span.from, end: span.to }
    // An empty window has a seal and nothing else.
    if (isKnown(listing, entry) || (entry === 'listed' && isKnown(listing, 'seal'))) return
    due.push({ ...listing, entry, lane: laneOf(collection, contentType, span) })
  }
  for (const period of periods) {
    const listable = { from: Math.max(period.from, oldest), to: Math.min(period.to, now - listingDelayMs) }
    for (const window of wholeWindows(listable, period.windowMs)) offer(period, window, 'listed')
  }
  for (const period of contiguous(periods)) {
    const swept = { from: Math.max(period.from, oldest), to: Math.min(period.to, now) }
    for (const [entry, { periodMs, ageMs }] of Object.entries(sweeps) as [SweepName, (typeof sweeps)[SweepName]][]) {
      const extraMs = entry === 'sweep-settle' ? horizonMs : 0
      for (const { from, to } of windowsOver(swept, periodMs)) {
        const whole = cut({ from, to: to + extraMs }, period)
        if (isKnown({ contentType: period.contentType, start: whole.from, end: whole.to }, entry)) continue
        for (const span of whole.from < edge ? hoursLeft(cut({ from, to }, period), oldest) : [whole]) {
          const dueAt = span.to + ageMs
          // Where all of it was decided on later, its windows are listed later than the sweep was due. One sweep is made all the same, for a
          // window that was listed without the service's date is proven by no other listing.
          const isNeeded = (): boolean =>
            entry === 'sweep-settle' || periods.some((part) => isPart(part, period) && overlaps(part, span) && part.since < dueAt)
          if (dueAt <= now && isNeeded()) offer(period, span, entry)
        }
      }
    }
  }
  return due.sort((a, b) => rank(a) - rank(b) || a.start - b.start || a.end - b.end)
}

/** The window that is open at `now`, if it is expected: its contents are looked for before it closes. */
export function openWindows({ periods }: Pick<Collection, 'periods'>, now: number): EntrySpan[] {
  return periods.flatMap(({ contentType, windowMs, from, to }) => {
    const start = Math.floor(now / windowMs) * windowMs
    return from <= start && start < now && now < to ? [{ contentType, start, end: start + windowMs }] : []
  })
}

function* wholeWindows({ from, to }: Interval, windowMs: number): Generator<Interval> {
  for (const window of windowsOver({ from: Math.ceil(from / windowMs) * windowMs, to }, windowMs)) if (window.to <= to) yield window
}

function cut(span: Interval, period: Interval): Interval {
  return { from: Math.max(span.from, period.from), to: Math.min(span.to, period.to) }
}

/** Once its beginning has aged out, the rest of a day is swept hour by hour, so that the name of what is listed does not change with time. */
function* hoursLeft(day: Interval, oldest: number): Generator<Interval> {
  for (const hour of windowsOver(day, hourMs)) if (cut(hour, day).from >= oldest) yield cut(hour, day)
}

function isPart(part: CollectionPeriod, whole: CollectionPeriod): boolean {
  return part.contentType === whole.contentType && part.from >= whole.from && part.to <= whole.to
}

/** Periods of one type that touch are swept as one. */
function contiguous(periods: readonly CollectionPeriod[]): CollectionPeriod[] {
  const joined: CollectionPeriod[] = []
  for (const period of periods) {
    const index = joined.findLastIndex(({ contentType }) => contentType === period.contentType)
    const last = joined[index]
    if (last?.to === period.from) joined[index] = { ...last, to: period.to }
    else joined.push(period)
  }
  return joined
}

/** What somebody waits for first, sweeps last. */
function rank({ entry, lane }: DueListing): number {
  const isSweep = entry !== 'listed'
  return isSweep && lane !== 'incident' ? 2 * lanes.length : 2 * lanes.indexOf(lane) + Number(isSweep)
}
