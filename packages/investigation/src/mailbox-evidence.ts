import { type Interval, overlaps, throttleIntervals } from '@mailtrail/core'
import type { MailboxEvidence } from './mailbox-coverage.ts'
import type { Presence } from './read-findings.ts'

/** What the records of a mailbox, by its key, tell of how it was audited in `range`. */
export function mailboxEvidence(key: string, { flagged, hours }: Presence, range: Interval): MailboxEvidence {
  return {
    throttled: throttledWithin(
      range,
      (flagged.get(key) ?? []).map(({ time }) => time),
    ),
    recordTimes: (hours.get(key) ?? []).flatMap((hour) => [hour.first_time, hour.last_time]),
  }
}

/** A flagged record without a time was throttled at some time, which may be any of the asked one. */
function throttledWithin({ from, to }: Interval, flagged: readonly (number | null)[]): Interval[] {
  if (flagged.includes(null)) return [{ from, to }]
  return throttleIntervals(flagged.filter((time) => time !== null)).filter((interval) => overlaps(interval, { from, to }))
}
