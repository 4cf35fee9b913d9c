import { type EntryContent, type LedgerEntry, type Outcome, outcomes } from './ledger-entry.ts'

/** What is known of each content over all `entries`: the best outcome any of them gives. The order of entries does not matter. */
export function mergeContents(entries: Iterable<LedgerEntry>): Map<string, EntryContent> {
  const best = new Map<string, EntryContent>()
  for (const entry of entries) {
    for (const content of entry.contents) {
      const known = best.get(content.id)
      if (known === undefined || isBetter(content, known)) best.set(content.id, content)
    }
  }
  return best
}

/** Whether fetching may still improve it. A content that the service did not have is asked for again when it is listed again. */
export function isFetchable(outcome: Outcome): boolean {
  return outcome === 'pending' || outcome === 'dead' || outcome === 'missing'
}

/** Whether `a` says more good of a content than `b`. */
export function isBetter(a: Pick<EntryContent, 'outcome'>, b: Pick<EntryContent, 'outcome'>): boolean {
  return outcomes.indexOf(a.outcome) < outcomes.indexOf(b.outcome)
}
