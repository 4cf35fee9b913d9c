import { dayMs, type Interval, minuteMs } from '../interval.ts'

/**
 * Exchange puts the binds of up to two minutes into one record, so a flagged record may stand for accesses from before its time.
 *
 * @see https://learn.microsoft.com/purview/audit-log-investigate-accounts
 */
export const bindAggregationMs: number = 2 * minuteMs

/**
 * Exchange stops writing Bind records of a mailbox for 24 hours once it wrote more than 1,000 of them within 24 hours.
 *
 * @see https://learn.microsoft.com/purview/audit-log-investigate-accounts
 */
export const throttleMs: number = dayMs

/**
 * When accesses to one mailbox went unrecorded: from two minutes before a flagged record to 24 hours after it, in order, touching and
 * overlapping ones merged. Records that come back early end nothing, for Sync is recorded all the while.
 *
 * @param flaggedTimes - the mailbox's records whose `IsThrottled` is True, in any order, in milliseconds since the epoch
 */
export function throttleIntervals(flaggedTimes: readonly number[]): Interval[] {
  const merged: Interval[] = []
  for (const time of flaggedTimes.toSorted((a, b) => a - b)) {
    const from = time - bindAggregationMs
    const to = time + throttleMs
    const last = merged.at(-1)
    if (last && from <= last.to) merged[merged.length - 1] = { from: last.from, to }
    else merged.push({ from, to })
  }
  return merged
}
