import { dayMs, hourMs, type Interval } from '../interval.ts'
import { within, without } from '../interval-set.ts'
import { type Doubt, taintedBy } from './doubt.ts'
import type { Feed } from './feed.ts'
import { byListability } from './listability.ts'
import { proofsOf } from './proofs.ts'

/** How long a window may stay unlisted after its end, and a listed one unsealed, before that is a gap. */
export const graceMs: number = hourMs

/** A re-listing shows what became listable late only this long after the window. */
export const settleAgeMs: number = 6 * hourMs

/** A re-listing that is later than this after it was due is told of. */
export const overdueMs: number = 3 * hourMs

/** Doubts about what was expected: not listed, not sealed, not listed again late enough. */
export function listingDoubts(feed: Feed): Doubt[] {
  return [...unlistedDoubts(feed), ...unsealedDoubts(feed), ...unprovenDoubts(feed)]
}

function unlistedDoubts(feed: Feed): Doubt[] {
  const { span, periods, own, now } = feed
  return periods.flatMap((period) => {
    const unlisted = without(within([period], [span]), own.listed)
    // Windows are late one by one, as whole ones.
    const late = [{ from: span.from, to: (Math.ceil((now - graceMs) / period.windowMs) - 1) * period.windowMs }]
    return [
      ...whileListable(feed, within(unlisted, late), 'gap_collector', 'a window was never listed'),
      ...whileListable(feed, without(unlisted, late), 'provisional', 'not listed yet'),
    ]
  })
}

function unsealedDoubts(feed: Feed): Doubt[] {
  const { own, span, now } = feed
  const unsealed = without(within(own.listed, [span]), own.sealed)
  const late = own.listings.filter(({ at }) => now > at + graceMs)
  return [
    ...whileListable(feed, within(unsealed, late), 'gap_collector', 'a window was listed, but never sealed'),
    ...whileListable(feed, without(unsealed, late), 'provisional', 'listed, contents not all stored yet'),
  ]
}

function whileListable({ now, horizonMs }: Feed, spans: readonly Interval[], state: Doubt['state'], cause: string): Doubt[] {
  return byListability(spans, now).map((part) => ({ ...part, ...taintedBy(part, horizonMs), state, cause }))
}

/** What a listing at `at` cannot have shown: windows that were too young, and hours whose horizon had not ended. */
function unprovenDoubts(feed: Feed): Doubt[] {
  const { now, horizonMs } = feed
  // The settling sweep of a day is due this long after its end.
  const overdueBefore = (Math.ceil((now - horizonMs - settleAgeMs - overdueMs) / dayMs) - 1) * dayMs
  return byListability(proofsOf(feed), now).flatMap(({ from, to, at, recoverable, ...healing }): Doubt[] => {
    const unshown = taintedBy({ from: Math.max(from, at - settleAgeMs < to ? at - settleAgeMs : at), to }, horizonMs)
    if (!recoverable) {
      return [{ ...unshown, state: 'unverified', cause: 'listed once, but not listed again late enough', recoverable }]
    }
    const waiting = { state: 'provisional', recoverable, ...healing } as const
    return [
      {
        ...unshown,
        to: Math.min(unshown.to, overdueBefore),
        ...waiting,
        cause: 'waiting for late records: the last re-listing is overdue',
      },
      {
        ...unshown,
        from: Math.max(unshown.from, overdueBefore),
        ...waiting,
        cause: 'waiting for late records: the last re-listing is not done',
      },
    ]
  })
}
