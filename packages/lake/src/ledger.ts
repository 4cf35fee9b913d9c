import {
  type Abortable,
  dayMs,
  type EntryName,
  type EntrySpan,
  entryName,
  formatLedgerEntry,
  hourMs,
  type LedgerEntry,
  ledgerEntryInvalid,
  parseEntryName,
  parseLedgerEntry,
  spanName,
  type TenantId,
  utcDate,
} from '@mailtrail/core'
import { ledgerPrefix } from './layout.ts'
import type { ObjectStore } from './object-store.ts'
import { readNewestFold } from './read-fold.ts'
import { readFoldedEntry } from './read-folded.ts'

/** Where an entry is: its key, and what the key says. */
export interface EntryPlace extends EntrySpan {
  readonly key: string
  readonly entry: EntryName
}

export function ledgerKey(tenantId: TenantId, span: EntrySpan, entry: EntryName): string {
  return `${ledgerPrefix(tenantId, utcDate(span.start))}${entryName(span, entry)}`
}

/** What the key of an entry says; undefined when it is of none. */
export function placeOf(key: string): EntryPlace | undefined {
  const place = parseEntryName(/\/date=[^/]+\/(.+)$/.exec(key)?.[1] ?? '')
  return place && { ...place, key }
}

/** No day is folded sooner after its end, by any clock that is not hours ahead. */
const foldableAfterMs = 4 * hourMs

/** The name of an entry that was folded, and then removed, stays taken. */
export async function writeLedgerEntry(lake: ObjectStore, entry: LedgerEntry, options?: Abortable): Promise<'created' | 'exists'> {
  const key = ledgerKey(entry.tenantId, entry, entry.entry)
  const isFoldable = entry.writtenAt >= (Math.floor(entry.start / dayMs) + 1) * dayMs + foldableAfterMs
  if (isFoldable && (await readNewestFold(lake, entry.tenantId, dayOf(entry), options))?.entries.has(key)) return 'exists'
  return lake.create(key, Buffer.from(formatLedgerEntry(entry)), options)
}

/**
 * The entry of this key, wherever it lies.
 *
 * @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID`, also when there is no such entry; `LEDGER_FOLD_INVALID`
 */
export async function readLedgerEntry(lake: ObjectStore, key: string, options?: Abortable): Promise<LedgerEntry> {
  const bytes = await lake.read(key, options)
  if (bytes) return parsePlacedEntry(bytes, key)
  const [place, tenantId] = [placeOf(key), /^ledger\/tenant=([^/]+)\//.exec(key)?.[1]]
  const fold = place && tenantId ? await readNewestFold(lake, tenantId as TenantId, dayOf(place), options) : undefined
  return (fold && readFoldedEntry(fold, key)) ?? parsePlacedEntry(new Uint8Array(), key)
}

/** @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID` when the bytes are of no entry, or of another than the key names */
export function parsePlacedEntry(bytes: Uint8Array, key: string): LedgerEntry {
  const entry = parseLedgerEntry(bytes, key)
  if (ledgerKey(entry.tenantId, entry, entry.entry) === key) return entry
  throw ledgerEntryInvalid(key, new Error('it holds another entry'))
}

/** The objects of the entries of exactly one span; what was folded and removed is not among them. */
export async function* listSpanPlaces(
  lake: ObjectStore,
  tenantId: TenantId,
  span: EntrySpan,
  options?: Abortable,
): AsyncGenerator<EntryPlace> {
  for await (const key of lake.list(spanPrefix(tenantId, span), options)) {
    const place = placeOf(key)
    if (place) yield place
  }
}

/** What the keys of all entries of the span begin with. */
export function spanPrefix(tenantId: TenantId, span: EntrySpan): string {
  return `${ledgerPrefix(tenantId, utcDate(span.start))}${span.contentType}/${spanName(span)}.`
}

/** The day in whose folder the entries of the span lie. */
export function dayOf({ start, contentType }: EntrySpan): { readonly date: string; readonly contentType: string } {
  return { date: utcDate(start), contentType }
}
