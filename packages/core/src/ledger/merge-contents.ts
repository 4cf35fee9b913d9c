import { type EntryContent, type LedgerEntry, outcomes } from './ledger-entry.ts'

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

/** Whether fetching may still improve it. */
export function isFetchable(content: Pick<EntryContent, 'outcome' | 'bodySha256'>): boolean {
  return content.outcome === 'pending' || content.outcome === 'dead' || isAskedAgain(content)
}

/** Whether it is fetched again whenever it is listed again: what the service did not have, or sent as no array, it may send right later. */
export function isAskedAgain({ outcome, bodySha256 }: Pick<EntryContent, 'outcome' | 'bodySha256'>): boolean {
  return outcome === 'missing' || (outcome === 'quarantined' && bodySha256 === null)
}

/** Whether `a` says more good of a content than `b`. */
export function isBetter(a: Pick<EntryContent, 'outcome'>, b: Pick<EntryContent, 'outcome'>): boolean {
  return outcomes.indexOf(a.outcome) < outcomes.indexOf(b.outcome)
}
