import type { Collection } from '../collection.ts'
import { dayMs, type Interval } from '../interval.ts'
import type { FoldSummary } from './fold-summary.ts'
import type { EntryName, EntrySpan, LedgerEntry } from './ledger-entry.ts'

/** All that is known of the entries of one UTC day and content type. */
export interface KnownEntries {
  readonly contentType: string
  /** When the day begins. */
  readonly start: number
  /** Entries that are there, those included that cannot be read. */
  readonly names: readonly (EntrySpan & { readonly entry: EntryName })[]
  /** Those that can. */
  readonly entries: readonly LedgerEntry[]
  /** The newest fold that is there; one that cannot be read has no summary. */
  readonly fold: { readonly number: number; readonly summary?: FoldSummary | undefined } | undefined
}

/** What tells which entries a day should have. */
export interface LedgerPlan {
  readonly collection: Pick<Collection, 'periods' | 'incidents'>
  /** When the tenant's spans are listed: from being added to being removed. */
  readonly collected: readonly Interval[]
  /** How far the time of the ledger's own entries has come. */
  readonly present: number
  readonly horizonMs: number
}

/** A sweep of another length is one too: the horizon may have been another, a period may have been cut, and what began to age out is swept by hours. */
export function isKnownIn(day: KnownEntries): (span: EntrySpan, entry: EntryName) => boolean {
  const names = new Set(day.names.map(({ start, end, entry }) => `${start}-${end}.${entry}`))
  const sweeps = day.names.filter(({ entry }) => entry.startsWith('sweep'))
  return (span, entry) => {
    if (!isOfDay(span, day)) return true
    if (names.has(`${span.start}-${span.end}.${entry}`)) return true
    return entry.startsWith('sweep') && sweeps.some((known) => known.entry === entry && known.start >= span.start && known.start < span.end)
  }
}

export function isOfDay({ contentType, start }: EntrySpan, day: KnownEntries): boolean {
  return contentType === day.contentType && day.start <= start && start < day.start + dayMs
}
