import { dayMs, hourMs, type Interval } from './interval.ts'
import type { EntryName, EntrySpan, ListingName, SweepName } from './ledger/ledger-entry.ts'
import type { Collection } from './tenant-history.ts'
import { listableMs, listingDelayMs, windowsOver } from './windows.ts'

/** The lateness horizon H: how long after an event its record may become listable and still be waited for. */
export const defaultHorizonMs: number = 72 * hourMs

/** A listing that should be in the ledger by now. */
export interface DueListing extends EntrySpan {
  readonly entry: ListingName
}

/** How old the end of a span must be for a listing to count, by the service's clock. */
export function listingAgeMs(entry: ListingName): number {
  return entry === 'listed' ? listingDelayMs : sweeps[entry].ageMs
}

/**
 * The re-listings of every span: the service promises neither order nor latency nor completeness. `sweep-settle` lists the day and the
 * horizon after it, so that one sweep of a day can settle each of its hours.
 */
const sweeps: Readonly<Record<SweepName, { periodMs: number; extraMs: number; ageMs: number }>> = {
  'sweep-1h': { periodMs: hourMs, extraMs: 0, ageMs: hourMs },
  'sweep-6h': { periodMs: hourMs, extraMs: 0, ageMs: 6 * hourMs },
  'sweep-settle': {
    periodMs: dayMs,
    extraMs: defaultHorizonMs,
    ageMs: 6 * hourMs,
  },
}

/**
 * Every listing that is due at `now` and not in the ledger, oldest first, windows before sweeps. Spans that begin before the service's
 * listing limit are left out: no call can list them any more.
 *
 * @param isKnown - whether the ledger has this entry of the span
 */
export function dueListings(collection: Collection, now: number, isKnown: (span: EntrySpan, entry: EntryName) => boolean): DueListing[] {
  const due: DueListing[] = []
  for (const contentType of collection.contentTypes) {
    for (const { from: start, to: end } of dueSpans(collection, now, collection.windowMs, 0, listingDelayMs)) {
      const span = { contentType, start, end }
      // An empty window has a seal and nothing else.
      if (!isKnown(span, 'listed') && !isKnown(span, 'seal')) due.push({ ...span, entry: 'listed' })
    }
    for (const [entry, { periodMs, extraMs, ageMs }] of Object.entries(sweeps) as [SweepName, (typeof sweeps)[SweepName]][]) {
      for (const { from: start, to: end } of dueSpans(collection, now, periodMs, extraMs, ageMs)) {
        const span = { contentType, start, end }
        if (!isKnown(span, entry)) due.push({ ...span, entry })
      }
    }
  }
  return due.sort((a, b) => Number(a.entry !== 'listed') - Number(b.entry !== 'listed') || a.start - b.start)
}

function* dueSpans(collection: Collection, now: number, periodMs: number, extraMs: number, ageMs: number): Generator<Interval> {
  const oldest = Math.max(collection.from, Math.ceil((now - listableMs) / periodMs) * periodMs)
  for (const span of windowsOver({ from: oldest, to: now }, periodMs)) {
    const end = span.to + extraMs
    if (end + ageMs > now) return
    yield { from: span.from, to: end }
  }
}
