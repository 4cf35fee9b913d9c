import { hourMs, type Interval, minuteMs } from './interval.ts'

/** How far back the service lists: 7 days less a margin for clocks and slow calls (contract 2.4). */
export const listableMs: number = 167 * hourMs + 55 * minuteMs

/** A listing proves a window only if the service's clock was this far past its end, so that nothing is created in it any more. */
export const listingDelayMs: number = 2 * minuteMs

/** Without the service's `Date` the local clock decides, with a wider margin. */
export const listingDelayWithoutDateMs: number = 15 * minuteMs

/** The windows of a grid aligned to the epoch that overlap `range`, oldest first. */
export function* windowsOver(range: Interval, windowMs: number): Generator<Interval> {
  for (let from = Math.floor(range.from / windowMs) * windowMs; from < range.to; from += windowMs) {
    yield { from, to: from + windowMs }
  }
}
