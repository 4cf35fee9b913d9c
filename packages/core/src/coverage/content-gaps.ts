import type { Interval } from '../interval.ts'
import type { EntryContent, LedgerEntry, Outcome } from '../ledger/ledger-entry.ts'
import { mergeContents } from '../ledger/merge-contents.ts'

/** A span of the feed with a content that is not stored. */
export interface ContentGap extends Interval {
  readonly outcome: Exclude<Outcome, 'stored'>
  /** Until when the service keeps the content. */
  readonly expiration: number
}

/** Of every content its best outcome over all entries counts, so that only an entry that stores the same content closes its gap. */
export function contentGaps(entries: readonly LedgerEntry[]): ContentGap[] {
  const best = mergeContents(entries)
  return entries.flatMap((entry) =>
    entry.contents.flatMap(({ id }) => {
      const content = best.get(id)
      if (content === undefined || content.outcome === 'stored') return []
      return [{ ...gapSpan(content, entry), outcome: content.outcome, expiration: content.expiration }]
    }),
  )
}

/** When it was created; where the service listed a content outside the span it was asked for, all of that. */
function gapSpan({ created }: EntryContent, { start, end }: LedgerEntry): Interval {
  return created < start || created >= end ? { from: start, to: end } : { from: created, to: created + 1 }
}
