import { dayMs, hourMs, type Interval } from '../interval.ts'
import type { LedgerEntry } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'

/** All that coverage follows from. */
export interface CoverageEvidence {
  readonly contentType: string
  readonly history: readonly HistoryEvent[]
  /** Every entry whose span overlaps the {@link evidenceSpan} of the asked range. */
  readonly entries: readonly LedgerEntry[]
  readonly horizonMs?: number
  /** The operation that is asked about: an entry answers only for those it kept. */
  readonly operation?: string
  /** Event time before which raw was removed by retention or deletion, UTC milliseconds. */
  readonly retiredBefore?: number | undefined
}

/** A window is listed within 7 days of its end or never, so no pause in the listings that reaches into a range began longer before it. */
const leadMs = 8 * dayMs

/** Whether more than an hour without contents or listings begins in the last window, what follows it tells. */
const trailMs = 2 * hourMs

/** The `contentCreated` time whose entries tell of event time `range`, read in whole hours. */
export function evidenceSpan(range: Interval, horizonMs: number): Interval {
  return { from: range.from - leadMs, to: Math.ceil(range.to / hourMs) * hourMs + horizonMs + trailMs }
}

/** Up to when the ledger knows the time, by the service's clock: what is later was not listed yet. Undefined while nothing was. */
export function latestServiceDate({ contentType, entries }: Pick<CoverageEvidence, 'contentType' | 'entries'>): number | undefined {
  const ofType = entries.filter((entry) => entry.contentType === contentType)
  const latest = ofType.reduce((most, { listing }) => Math.max(most, listing?.serviceDate ?? most), Number.NEGATIVE_INFINITY)
  return Number.isFinite(latest) ? latest : undefined
}
