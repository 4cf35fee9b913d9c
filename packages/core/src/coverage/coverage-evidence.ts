import { dayMs } from '../interval.ts'
import type { LedgerEntry } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'

/** All that coverage follows from. */
export interface CoverageEvidence {
  readonly contentType: string
  readonly history: readonly HistoryEvent[]
  /**
   * Every entry whose span overlaps the asked range or the horizon after it, and those of the {@link evidenceLeadMs} before: a pause in
   * the listings that reaches into the range begins before it.
   */
  readonly entries: readonly LedgerEntry[]
  readonly horizonMs?: number
  /** The operation that is asked about: an entry answers only for those it kept. */
  readonly operation?: string
}

/** A window is listed within 7 days of its end or never, so no pause that matters began longer ago. */
export const evidenceLeadMs: number = 8 * dayMs

/** Up to when the ledger knows the time, by the service's clock: what is later was not listed yet. Undefined while nothing was. */
export function latestServiceDate({ contentType, entries }: Pick<CoverageEvidence, 'contentType' | 'entries'>): number | undefined {
  const ofType = entries.filter((entry) => entry.contentType === contentType)
  const latest = ofType.reduce((most, { listing }) => Math.max(most, listing?.serviceDate ?? most), Number.NEGATIVE_INFINITY)
  return Number.isFinite(latest) ? latest : undefined
}
