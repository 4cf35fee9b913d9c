import { type CoverageInterval, type CoverageState, dayMs, type Interval, worst } from '@mailtrail/core'

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
export function mailboxCoverage(tenant: readonly CoverageInterval[], evidence: MailboxEvidence, range: Interval): CoverageInterval[] {
  const layers = [...tenant, ...evidence.throttled.map(throttledSpan), ...unvouched(evidence.recordTimes, range)]
  const cuts = layers.flatMap(({ from, to }) => [from, to]).filter((time) => time > range.from && time < range.to)
  const edges = [...new Set([range.from, ...cuts, range.to])].sort((a, b) => a - b)
  return merge(edges.slice(1).map((to, index) => worstOver(layers, tenant, { from: edges[index] ?? range.from, to })))
}

/** The times that a mailbox's records vouch for, in order and merged. */
export function vouchedIntervals(recordTimes: readonly number[]): Interval[] {
  const spans: Interval[] = []
  for (const time of recordTimes.toSorted((a, b) => a - b)) {
    const last = spans.at(-1)
    const lastRecord = last && last.to - vouchMs
    if (last && lastRecord !== undefined && time - lastRecord <= vouchBetweenMs)
      spans[spans.length - 1] = { from: last.from, to: time + vouchMs }
    else spans.push({ from: time - vouchMs, to: time + vouchMs })
  }
  return spans
}

function unvouched(recordTimes: readonly number[], range: Interval): CoverageInterval[] {
  const gaps: CoverageInterval[] = []
  let from = range.from
  for (const span of vouchedIntervals(recordTimes)) {
    if (span.from > from) gaps.push(unverifiedSpan({ from, to: Math.min(span.from, range.to) }))
    from = Math.max(from, span.to)
    if (from >= range.to) return gaps
  }
  return [...gaps, unverifiedSpan({ from, to: range.to })]
}

function throttledSpan({ from, to }: Interval): CoverageInterval {
  return { from, to, state: 'throttled', cause: 'Exchange Online wrote no Bind records for this mailbox', recoverable: false }
}

function unverifiedSpan({ from, to }: Interval): CoverageInterval {
  return { from, to, state: 'unverified', cause: 'no record of this mailbox shows that it was audited then', recoverable: true }
}

/** A time the tenant's coverage says nothing of is a gap, never settled. */
function worstOver(layers: readonly CoverageInterval[], tenant: readonly CoverageInterval[], span: Interval): CoverageInterval {
  const covers = (layer: Interval) => layer.from <= span.from && layer.to >= span.to
  const found = layers.filter(covers)
  if (!tenant.some(covers)) found.push({ ...span, state: 'gap_collector', cause: 'no coverage is known for this time' })
  const state = found.map((layer) => layer.state).reduce(worst, 'settled' as CoverageState)
  const { cause, recoverable } = found.find((layer) => layer.state === state) ?? {}
  return { ...span, state, ...(cause !== undefined && { cause }), ...(recoverable !== undefined && { recoverable }) }
}

function merge(intervals: readonly CoverageInterval[]): CoverageInterval[] {
  const merged: CoverageInterval[] = []
  for (const next of intervals) {
    const last = merged.at(-1)
    const isAlike =
      last?.to === next.from && last.state === next.state && last.cause === next.cause && last.recoverable === next.recoverable
    if (last && isAlike) merged[merged.length - 1] = { ...last, to: next.to }
    else merged.push(next)
  }
  return merged
}
