import type { EntryContent, LedgerEntry, Outcome } from '../ledger/ledger-entry.ts'
import { mergeContents } from '../ledger/merge-contents.ts'
import { listingDelayMs, listingDelayWithoutDateMs, windowsOver } from '../windows.ts'

/** What the ledger says of one grid window. */
export interface WindowRecord {
  /** Service date (else local) of the first complete listing that counts; undefined when there is none. */
  readonly listedAt?: number
  /** Latest service date of a complete listing; -Infinity while no listing carried one. */
  readonly provenAt: number
  readonly sealed: boolean
  /** The worst content that is not stored. */
  readonly gap?: {
    readonly outcome: Exclude<Outcome, 'stored'>
    readonly expiration: number
  }
}

/** From the outcome that can still heal soonest to the one that never can; the worst speaks for the window. */
const gravity: readonly Outcome[] = ['stored', 'pending', 'dead', 'quarantined', 'expired', 'missing']

/** The windows that entries speak of, by start. Listings of longer spans count for each window inside them. */
export function windowRecords(entries: readonly LedgerEntry[], windowMs: number): Map<number, WindowRecord> {
  const records = new Map<number, WindowRecord>()
  const update = (start: number, change: (record: WindowRecord) => WindowRecord): void => {
    records.set(
      start,
      change(
        records.get(start) ?? {
          provenAt: Number.NEGATIVE_INFINITY,
          sealed: false,
        },
      ),
    )
  }
  for (const entry of entries) {
    for (const window of windowsOver({ from: entry.start, to: entry.end }, windowMs)) {
      if (window.from < entry.start || window.to > entry.end) continue
      update(window.from, (record) => withEntry(record, entry, window.to))
    }
  }
  for (const [content, span] of unstored(entries)) {
    for (const window of windowsOver(gapSpan(content, span, windowMs), windowMs)) update(window.from, (record) => withGap(record, content))
  }
  return records
}

function withEntry(record: WindowRecord, entry: LedgerEntry, windowEnd: number): WindowRecord {
  const sealed = record.sealed || entry.entry === 'seal'
  const { listing } = entry
  if (listing === null) return { ...record, sealed }
  const { serviceDate, localDate } = listing
  const counts = serviceDate === null ? localDate >= windowEnd + listingDelayWithoutDateMs : serviceDate >= windowEnd + listingDelayMs
  if (!counts) return { ...record, sealed }
  return {
    ...record,
    sealed,
    listedAt: Math.min(record.listedAt ?? Number.POSITIVE_INFINITY, serviceDate ?? localDate),
    provenAt: Math.max(record.provenAt, serviceDate ?? Number.NEGATIVE_INFINITY),
  }
}

function withGap(record: WindowRecord, content: EntryContent): WindowRecord {
  if (content.outcome === 'stored') return record
  if (record.gap && gravity.indexOf(record.gap.outcome) >= gravity.indexOf(content.outcome)) return record
  return {
    ...record,
    gap: { outcome: content.outcome, expiration: content.expiration },
  }
}

function* unstored(entries: readonly LedgerEntry[]): Generator<[EntryContent, LedgerEntry]> {
  const best = mergeContents(entries)
  for (const entry of entries) {
    for (const { id } of entry.contents) {
      const content = best.get(id)
      if (content && content.outcome !== 'stored') yield [content, entry]
    }
  }
}

/** The window of `contentCreated`; where the service listed a content outside the span it was asked for, the whole span. */
function gapSpan(content: EntryContent, entry: LedgerEntry, windowMs: number): { from: number; to: number } {
  if (content.created < entry.start || content.created >= entry.end) return { from: entry.start, to: entry.end }
  const from = Math.floor(content.created / windowMs) * windowMs
  return { from, to: from + windowMs }
}
