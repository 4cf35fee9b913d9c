import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { gzipSync } from 'node:zlib'
import {
  type Compression,
  collectionOf,
  type DueListing,
  dayMs,
  defaultHorizonMs,
  dueFolds,
  dueListings,
  type EntryContent,
  type EntryName,
  type EntrySpan,
  type HistoryEvent,
  hourMs,
  type LedgerEntry,
  lastFold,
  type StoredObject,
  utcDate,
} from '@mailtrail/core'
import { EvidenceWriter } from '../src/evidence-writer.ts'
import { foldDay } from '../src/fold-day.ts'
import { writeImportNote } from '../src/import-notes.ts'
import { emailEventsKey, itemsKey, quarantineKey, rawPrefix } from '../src/layout.ts'
import { writeLedgerEntry } from '../src/ledger.ts'
import { listLedgerDay, openLedgerDay, placesOf } from '../src/ledger-day.ts'
import { formatQuarantineNote } from '../src/quarantine-note.ts'
import { removeFolded } from '../src/remove-folded.ts'
import { retireObjects } from '../src/retire-objects.ts'
import { content, contentType, midnight, tenantId } from './entries.ts'
import { type MemoryLake, memoryLake } from './memory-lake.ts'

/** An hour a day, in two windows, for ten days: a pause ends each. */
const days = 10

export const smallHistory: HistoryEvent[] = Array.from({ length: days }, (_, day): HistoryEvent[] => {
  const at = midnight + day * dayMs
  const begin: HistoryEvent =
    day === 0
      ? { kind: 'added', at, contentTypes: [contentType], windowMinutes: 30, backfill: false }
      : { kind: 'resumed', at, backfill: false }
  return [begin, { kind: 'paused', at: at + hourMs }]
}).flat()

const smallLakeEnd: number = midnight + (days - 1) * dayMs + 13 * hourMs
const collection = collectionOf(smallHistory)
const operations = ['MailItemsAccessed']

/**
 * What the fleet leaves of ten short days: written by the real planner, writers and folds, with every kind of object in it.
 *
 * @param forged - whether somebody writes all of it with another selector
 */
export async function smallLake({ forged = false } = {}): Promise<MemoryLake> {
  const lake = memoryLake()
  for (let now = midnight + hourMs / 2; now <= smallLakeEnd; now += hourMs) await work(lake, now, forged ? '2' : '1')
  await retireFirstDay(lake)
  await lake.create(itemsKey(tenantId, utcDate(midnight + dayMs)), Buffer.from('items'))
  const lines = Buffer.from('{"row":1}\n{"row":2}\n')
  const imported = emailEventsKey(tenantId, utcDate(midnight), sha256(lines))
  await lake.create(imported, gzipSync(lines))
  await writeImportNote(lake, tenantId, [imported])
  return lake
}

async function work(lake: MemoryLake, now: number, selectorVersion: string): Promise<void> {
  const known = new Set<string>()
  const views: { start: number; fold: number; isDoubled: boolean }[] = []
  for (let start = midnight; start < now; start += dayMs) {
    const [listed] = await listLedgerDay(lake, tenantId, { date: utcDate(start), contentType })
    const day = listed && (await openLedgerDay(lake, tenantId, listed))
    for (const place of day ? placesOf(day) : []) known.add(nameOf(place, place.entry))
    if (day) views.push({ start, fold: day.fold?.summary.fold ?? 0, isDoubled: day.doubled.length > 0 })
  }
  const isKnown = (span: EntrySpan, entry: EntryName): boolean => known.has(nameOf(span, entry))
  for (const listing of dueListings(collection, now, isKnown)) await list(lake, listing, { now, selectorVersion })
  const due = dueListings(collection, now, isKnown)
  const time = { due, now, horizonMs: defaultHorizonMs }
  const place = { contentType, isOpen: false }
  for (const { start, fold } of dueFolds(
    views.map((view) => ({ ...place, ...view })),
    time,
  )) {
    const target = { tenantId, contentType, date: utcDate(start), fold }
    const made = await foldDay(lake, target, { periods: collection.periods, coverage: null })
    if (made?.outcome === 'exists' && fold === lastFold) await removeFolded(lake, tenantId, target)
  }
}

/** The first window of a day has a content, the second is empty; each third day a sweep finds one more. */
async function list(
  lake: MemoryLake,
  { start, end, entry }: DueListing,
  { now, selectorVersion }: { readonly now: number; readonly selectorVersion: string },
): Promise<void> {
  const day = Math.floor((start - midnight) / dayMs)
  const isFirst = start % dayMs === 0
  const found = entry === 'listed' ? isFirst : entry === 'sweep-6h' && isFirst && day % 3 === 0
  const named = found ? [content(`${entry}-${day}`, 'pending', { created: start })] : []
  const base = { tenantId, contentType, start, end, operations, selectorVersion, writtenAt: now }
  const listing = { serviceDate: now, localDate: now, pages: 1, contents: named.length }
  const name = entry === 'listed' && named.length === 0 ? 'seal' : entry
  await writeLedgerEntry(lake, { ...base, entry: name, listing, contents: named })
  if (named.length === 0) return
  const settled = await Promise.all(named.map((each) => settle(lake, each, day)))
  // Each second day a window is sealed before its content is stored, and repaired twice.
  const isLate = entry === 'listed' && day % 2 === 1
  const write = (kind: EntryName, contents: readonly EntryContent[]): Promise<unknown> =>
    writeLedgerEntry(lake, { ...base, entry: kind, listing: null, contents } satisfies LedgerEntry)
  if (entry === 'listed') await write('seal', isLate ? named : settled)
  if (isLate) await write('repair-1', [...named.map((each) => ({ ...each, outcome: 'missing' as const }))])
  if (isLate) await write('repair-2', settled)
  if (entry !== 'listed') await write('repair-1', settled)
}

async function settle(lake: MemoryLake, each: EntryContent, day: number): Promise<EntryContent> {
  const date = utcDate(each.created)
  const objects = await storeText(lake, each.id, { date, text: 'as sent', compression: day % 4 === 1 ? 'zstd' : 'gzip' })
  // The service sends another version afterwards.
  const both = day === 4 ? await storeText(lake, each.id, { date, text: 'as sent later', compression: 'gzip' }) : objects
  // Releases before did not note the digest of the bytes.
  const noted = day === 5 ? both.map(({ sha256: _, ...object }) => object) : both
  const isBad = day === 6
  if (isBad) await quarantine(lake, each.id)
  return { ...each, outcome: isBad ? 'quarantined' : 'stored', recordsSeen: 1, recordsKept: 1, bodySha256: '0'.repeat(64), objects: noted }
}

interface StoredText {
  readonly date: string
  readonly text: string
  readonly compression: Compression
}

export async function storeText(
  lake: MemoryLake,
  contentId: string,
  { date, text, compression }: StoredText,
): Promise<readonly StoredObject[]> {
  await using writer = new EvidenceWriter(lake, { tenantId, contentId, spoolFolder: tmpdir(), compression })
  const line = Buffer.from(JSON.stringify({ Id: contentId, text }))
  await writer.add({ operation: 'MailItemsAccessed', date, line, id: contentId, digest: sha256(line) })
  return (await writer.store()).objects
}

async function quarantine(lake: MemoryLake, contentId: string): Promise<void> {
  const bytes = Buffer.from('{"broken')
  await lake.create(quarantineKey(tenantId, contentId, '10.bin'), bytes)
  const records = [{ offset: 10, bytes: bytes.length, reason: 'not_json', sha256: sha256(bytes) }]
  await lake.create(quarantineKey(tenantId, contentId, 'json'), formatQuarantineNote({ tenantId, contentId, records }))
}

async function retireFirstDay(lake: MemoryLake): Promise<void> {
  await retire(lake, lake.list(rawPrefix('MailItemsAccessed', tenantId, utcDate(midnight))))
}

export async function retire(lake: MemoryLake, keys: AsyncIterable<string>): Promise<void> {
  const cause = () => ({ tenantId, at: smallLakeEnd, by: 'retention', policy: 'retention.rawDays=14', reason: 'test' })
  await retireObjects(lake, keys, { cause, permit: async () => {} })
}

function nameOf({ start, end }: Pick<EntrySpan, 'start' | 'end'>, entry: EntryName): string {
  return `${start}-${end}.${entry}`
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
