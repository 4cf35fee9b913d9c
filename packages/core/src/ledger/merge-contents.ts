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

export function isBetter(a: EntryContent, b: EntryContent): boolean {
  return outcomes.indexOf(a.outcome) < outcomes.indexOf(b.outcome)
}
