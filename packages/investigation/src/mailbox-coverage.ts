import { type CoverageInterval, coverageOf, type Doubt, dayMs, type Interval, union, without } from '@mailtrail/core'

/** How long before and after itself a mailbox's record shows that the mailbox was being audited. */
export const vouchMs: number = dayMs

/** Two records of a mailbox vouch for the time between them when they are at most this far apart. */
export const vouchBetweenMs: number = 7 * dayMs

export interface MailboxEvidence {
  /** Where Exchange stopped writing Bind records; may reach beyond the range. */
  readonly throttled: readonly Interval[]
  /** Times of the mailbox's own records, in any order. */
  readonly recordTimes: readonly number[]
}

/**
 * The coverage of `range` for one mailbox: the tenant's, made worse where the mailbox was throttled, and where nothing shows that it was
 * audited at all. The worst state of a time wins, neighbours alike are merged, and the result tiles the range.
 */
export function mailboxCoverage(
  tenant: readonly CoverageInterval[],
  { throttled, recordTimes }: MailboxEvidence,
  range: Interval,
): CoverageInterval[] {
  const unvouched = without([range], vouchedIntervals(recordTimes))
  const unknown = without([range], tenant)
  return coverageOf(
    [...tenant.flatMap(toDoubt), ...throttled.map(throttledSpan), ...unvouched.map(unverifiedSpan), ...unknown.map(unknownSpan)],
    range,
  )
}

/** The times that a mailbox's records vouch for, in order and merged. */
export function vouchedIntervals(recordTimes: readonly number[]): Interval[] {
  const times = recordTimes.toSorted((a, b) => a - b)
  const around = times.map((time) => ({ from: time - vouchMs, to: time + vouchMs }))
  const between = times.flatMap((to, index) => {
    const from = times[index - 1]
    return from !== undefined && to - from <= vouchBetweenMs ? [{ from, to }] : []
  })
  return union([...around, ...between])
}

function toDoubt({ state, cause = 'no cause is known', recoverable = false, ...rest }: CoverageInterval): Doubt[] {
  return state === 'settled' ? [] : [{ ...rest, state, cause, recoverable }]
}

function throttledSpan({ from, to }: Interval): Doubt {
  return { from, to, state: 'throttled', cause: 'Exchange Online wrote no Bind records for this mailbox', recoverable: false }
}

function unverifiedSpan({ from, to }: Interval): Doubt {
  return { from, to, state: 'unverified', cause: 'no record of this mailbox shows that it was audited then', recoverable: true }
}

/** A time the tenant's coverage says nothing of is a gap, never settled. */
function unknownSpan({ from, to }: Interval): Doubt {
  return { from, to, state: 'gap_collector', cause: 'no coverage is known for this time', recoverable: false }
}
