import {
  type Abortable,
  type EntryContent,
  type EntrySpan,
  isBetter,
  type LedgerEntry,
  mergeContents,
  type TenantId,
} from '@mailtrail/core'
import { listSpanPlaces, readLedgerEntry, writeLedgerEntry } from './ledger.ts'
import type { ObjectStore } from './object-store.ts'

/** All entries of exactly one span: a window with its seal and repairs, or the sweeps of an hour or a day with theirs. */
export async function readEntryGroup(lake: ObjectStore, tenantId: TenantId, span: EntrySpan, options?: Abortable): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = []
  for await (const { key } of listSpanPlaces(lake, tenantId, span, options)) entries.push(await readLedgerEntry(lake, key, options))
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
