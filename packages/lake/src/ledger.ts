import {
  type Abortable,
  dayMs,
  type EntryName,
  type EntrySpan,
  entryName,
  formatLedgerEntry,
  type Interval,
  type LedgerEntry,
  longestHorizonMs,
  mapConcurrently,
  overlaps,
  parseEntryName,
  parseLedgerEntry,
  spanName,
  type TenantId,
  utcDate,
} from '@mailtrail/core'
import { ledgerPrefix } from './layout.ts'
import type { ObjectStore } from './object-store.ts'

/** Where an entry is: its key, and what the key says. */
export interface EntryPlace extends EntrySpan {
  readonly key: string
  readonly entry: EntryName
}

/** Settling sweeps span the day and the horizon after it, and lie in the partition of their first day. */
const longestSpanMs = dayMs + longestHorizonMs

export function ledgerKey(tenantId: TenantId, span: EntrySpan, entry: EntryName): string {
  return `${ledgerPrefix(tenantId, utcDate(span.start))}${entryName(span, entry)}`
}

export function writeLedgerEntry(lake: ObjectStore, entry: LedgerEntry, options?: Abortable): Promise<'created' | 'exists'> {
  return lake.create(ledgerKey(entry.tenantId, entry, entry.entry), Buffer.from(formatLedgerEntry(entry)), options)
}

/** @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID`, also when there is no such entry */
export async function readLedgerEntry(lake: ObjectStore, key: string, options?: Abortable): Promise<LedgerEntry> {
  const bytes = await lake.read(key, options)
  return parseLedgerEntry(bytes ?? new Uint8Array(), key)
}

/** The entries in one partition: `date` is the UTC day of the spans' starts. */
export function listEntryPlaces(lake: ObjectStore, tenantId: TenantId, date: string, options?: Abortable): AsyncGenerator<EntryPlace> {
  return listPlaces(lake, ledgerPrefix(tenantId, date), '', options)
}

/** The entries of exactly one span. */
export function listSpanPlaces(lake: ObjectStore, tenantId: TenantId, span: EntrySpan, options?: Abortable): AsyncGenerator<EntryPlace> {
  return listPlaces(lake, ledgerPrefix(tenantId, utcDate(span.start)), `${span.contentType}/${spanName(span)}.`, options)
}

async function* listPlaces(lake: ObjectStore, folder: string, name: string, options?: Abortable): AsyncGenerator<EntryPlace> {
  for await (const key of lake.list(`${folder}${name}`, options)) {
    const place = parseEntryName(key.slice(folder.length))
    if (place) yield { ...place, key }
  }
}

/** Entries read at a time: enough to hide a store's latency, few enough to hold. */
const readsAtOnce = 32

/** Every entry whose span overlaps `range` of `contentCreated` time. */
export async function readLedger(lake: ObjectStore, tenantId: TenantId, range: Interval, options?: Abortable): Promise<LedgerEntry[]> {
  const keys: string[] = []
  for (let day = Math.floor((range.from - longestSpanMs) / dayMs) * dayMs; day < range.to; day += dayMs) {
    for await (const place of listEntryPlaces(lake, tenantId, utcDate(day), options)) {
      if (overlaps({ from: place.start, to: place.end }, range)) keys.push(place.key)
    }
  }
  return mapConcurrently(keys, { limit: readsAtOnce, ...options }, (key, signal) => readLedgerEntry(lake, key, { signal }))
}

/** The newest entries of the tenant, those of the last partition: they tell how far time has come. */
export async function readLatestEntries(lake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<LedgerEntry[]> {
  let last = ''
  for await (const key of lake.list(ledgerPrefix(tenantId), options)) last = key
  const day = Date.parse(/\/date=(\d{4}-\d\d-\d\d)\//.exec(last)?.[1] ?? '')
  return Number.isNaN(day) ? [] : readLedger(lake, tenantId, { from: day, to: day + dayMs }, options)
}
