import { type LedgerEntry, readProvenEntries } from '@mailtrail/core'
import type { Fold } from './open-fold.ts'

/** All entries that the fold holds. */
export function readFoldedEntries({ body, entries }: Fold): LedgerEntry[] {
  const [first] = entries.values()
  return readProvenEntries(body.toString('utf8', first?.from ?? body.length))
}

/** The entry of this key; undefined when the fold does not hold it. */
export function readFoldedEntry({ body, entries }: Fold, key: string): LedgerEntry | undefined {
  const entry = entries.get(key)
  return entry && readProvenEntries(body.toString('utf8', entry.from, entry.to))[0]
}
