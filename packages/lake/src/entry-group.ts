import {
  type Abortable,
  type EntryContent,
  type EntrySpan,
  isBetter,
  type LedgerEntry,
  lastFold,
  mergeContents,
  type TenantId,
} from '@mailtrail/core'
import { dayOf, listSpanPlaces, readLedgerEntry, spanPrefix, writeLedgerEntry } from './ledger.ts'
import type { ObjectStore } from './object-store.ts'
import { readNewestFold } from './read-fold.ts'
import { readFoldedEntry } from './read-folded.ts'

/**
 * All entries of exactly one span, folded or not: a window with its seal and repairs, or the sweeps of an hour or a day with theirs.
 *
 * @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID`, `LEDGER_FOLD_INVALID`
 */
export async function readEntryGroup(lake: ObjectStore, tenantId: TenantId, span: EntrySpan, options?: Abortable): Promise<LedgerEntry[]> {
  const listed = await Array.fromAsync(listSpanPlaces(lake, tenantId, span, options))
  // Afterwards, and only where entries may have gone: they do when the last fold holds them.
  const fold = await readNewestFold(lake, tenantId, { ...dayOf(span), atLeast: lastFold }, options)
  const prefix = spanPrefix(tenantId, span)
  const keys = Array.from(fold?.entries.keys() ?? []).filter((key) => key.startsWith(prefix))
  const entries = keys.flatMap((key) => (fold && readFoldedEntry(fold, key)) ?? [])
  for (const { key } of listed) if (!fold?.entries.has(key)) entries.push(await readLedgerEntry(lake, key, options))
  return entries
}

/**
 * Adds to a span what its entries do not say yet: contents they do not name, or better outcomes. Whoever loses the race for a number
 * looks again at what the winner wrote.
 *
 * @returns the entry written, or undefined when there was nothing to add
 */
export async function writeRepair(
  lake: ObjectStore,
  repair: Omit<LedgerEntry, 'entry' | 'listing'>,
  options?: Abortable,
): Promise<LedgerEntry | undefined> {
  for (;;) {
    const group = await readEntryGroup(lake, repair.tenantId, repair, options)
    const known = mergeContents(group)
    const contents = repair.contents.filter((content) => isNews(content, known.get(content.id)))
    if (contents.length === 0) return undefined
    const entry: LedgerEntry = { ...repair, entry: `repair-${nextRepair(group)}`, listing: null, contents }
    if ((await writeLedgerEntry(lake, entry, options)) === 'created') return entry
  }
}

function isNews(content: EntryContent, known: EntryContent | undefined): boolean {
  return known === undefined || isBetter(content, known)
}

function nextRepair(group: readonly LedgerEntry[]): number {
  return 1 + Math.max(0, ...group.map(({ entry }) => Number(/^repair-(\d+)$/.exec(entry)?.[1] ?? 0)))
}
