import {
  type Abortable,
  collectedSpans,
  collectionOf,
  dayMs,
  foldGraceMs,
  type HistoryEvent,
  type Interval,
  isoSeconds,
  type LedgerEntry,
  listableMs,
  type MissingEntry,
  mergeContents,
  missingEntries,
  missingFold,
  overlaps,
  type TenantId,
  utcDate,
  windowsOver,
} from '@mailtrail/core'
import { dateOf, foldKey, ledgerPrefix, parseFoldKey, quarantineKey } from '../layout.ts'
import { ledgerKey, placeOf } from '../ledger.ts'
import { listLedgerDay } from '../ledger-day.ts'
import type { ObjectStore } from '../object-store.ts'
import type { FindingLog } from './finding.ts'
import type { FoldChain } from './fold-chain.ts'
import type { ObjectBook } from './object-book.ts'
import type { StrayObjects } from './stray-objects.ts'
import { type VerifiedDay, verifyLedgerDay } from './verify-ledger-day.ts'

export interface LedgerCheck extends Abortable {
  readonly lake: ObjectStore
  readonly tenantId: TenantId
  readonly history: readonly HistoryEvent[]
  readonly horizonMs: number
  /** Ledger days whose entries and objects are looked at; folds are looked at whatever their day. */
  readonly range: Interval | undefined
  readonly log: FindingLog
  readonly chain: FoldChain
  readonly book: ObjectBook
  readonly strays: StrayObjects
}

export interface VerifiedLedger {
  readonly entries: number
  readonly folds: number
  /** How far the time of its entries has come, UTC milliseconds; undefined when there are none. */
  readonly present: number | undefined
  /** Operations whose records were kept. */
  readonly operations: ReadonlySet<string>
}

/** Looks at all folds and entries of a tenant, a day at a time, and notes which objects they name. Holds the days that can still be listed. */
export async function verifyLedger(check: LedgerCheck): Promise<VerifiedLedger> {
  const { lake, tenantId, log, chain, signal } = check
  const listed = await listDates(check)
  const recent: VerifiedDay[] = []
  const present = new Map<string, number>()
  const operations = new Set<string>()
  let [entries, folds] = [0, 0]
  for (const date of listed.dates) {
    const areEntriesAsked = isAsked(check, date)
    for (const place of await listLedgerDay(lake, tenantId, { date }, { signal })) {
      const { contentType } = place
      const day = await verifyLedgerDay(lake, place, { log, chain, areEntriesAsked }, { signal })
      folds += place.folds.length
      present.set(contentType, day.entries.reduce(latestListing, present.get(contentType) ?? 0))
      if (isThere(day)) chain.noteDay(contentType, date)
      if (!areEntriesAsked) continue
      entries += day.names.length
      for (const operation of day.entries.flatMap((entry) => entry.operations)) operations.add(operation)
      await noteObjects(check, day)
      const last = Date.parse(listed.last.get(contentType) ?? date)
      // Of what could not be listed any more when the last day began, it does not matter how late it is.
      if (day.start + listableMs + foldGraceMs >= last || !isThere(day)) recent.push(day)
      else reportMissing(check, day, { listed, present: last })
    }
  }
  await chain.check(lake, log, { signal })
  for (const day of [...recent, ...emptyDays(check, listed.dates, present)]) {
    // Of a day that was folded and is not there at all, its fold is what is missing.
    if (!isThere(day) && chain.isNamed(day.contentType, utcDate(day.start))) continue
    reportMissing(check, day, { listed, present: present.get(day.contentType) ?? 0 })
  }
  const latest = Math.max(0, ...present.values())
  return { entries, folds, present: latest === 0 ? undefined : latest, operations }
}

function isAsked({ range }: LedgerCheck, date: string): boolean {
  return range === undefined || overlaps(range, { from: Date.parse(date), to: Date.parse(date) + dayMs })
}

function latestListing(latest: number, { listing }: LedgerEntry): number {
  return Math.max(latest, listing?.serviceDate ?? listing?.localDate ?? latest)
}

/** Days of which nothing is there, while the service still lists them; of older ones the folds made after them tell. */
function emptyDays(check: LedgerCheck, dates: ReadonlySet<string>, presents: ReadonlyMap<string, number>): VerifiedDay[] {
  return [...presents].flatMap(([contentType, present]) => {
    const days = Array.from(windowsOver({ from: present - listableMs, to: present }, dayMs), ({ from }) => from)
    return days
      .filter((start) => !dates.has(utcDate(start)) && isAsked(check, utcDate(start)))
      .map((start) => ({ contentType, start, names: [], entries: [], fold: undefined, folded: undefined }))
  })
}

interface ListedDates {
  /** In their order. */
  readonly dates: ReadonlySet<string>
  /** The last date of each content type. */
  readonly last: ReadonlyMap<string, string>
  /** The first date of each content type that has a fold: those before were written by releases that made none. */
  readonly firstFolded: ReadonlyMap<string, string>
}

async function listDates({ lake, tenantId, log, signal }: LedgerCheck): Promise<ListedDates> {
  const [dates, last, firstFolded] = [new Set<string>(), new Map<string, string>(), new Map<string, string>()]
  for await (const key of lake.list(ledgerPrefix(tenantId), { signal })) {
    const [fold, entry, date] = [parseFoldKey(key), placeOf(key), dateOf(key)]
    const contentType = fold?.contentType ?? entry?.contentType
    if (date === undefined || contentType === undefined) {
      log.add({ what: 'unrecorded', key, namedBy: 'nothing', meaning: 'It is no object of a ledger. Find out who put it there.' })
      continue
    }
    dates.add(date)
    last.set(contentType, date)
    if (fold && !firstFolded.has(contentType)) firstFolded.set(contentType, date)
  }
  return { dates, last, firstFolded }
}

function isThere({ fold, names }: VerifiedDay): boolean {
  return fold !== undefined || names.some(({ entry }) => entry === 'listed' || entry === 'seal')
}

async function noteObjects({ tenantId, book, strays }: LedgerCheck, day: VerifiedDay): Promise<void> {
  for (const [, group] of Map.groupBy(day.entries, ({ start, end }) => `${start}-${end}`)) {
    const [span] = group
    if (!span) continue
    const names = day.names.filter(({ start, end }) => start === span.start && end === span.end).map(({ entry }) => entry)
    const since = group.reduce((latest, { writtenAt, listing }) => Math.max(latest, writtenAt, listing?.serviceDate ?? 0), 0)
    for (const content of mergeContents(group).values()) await strays.content(content, { span, names, since })
    for (const entry of group) {
      const key = ledgerKey(tenantId, entry, entry.entry)
      const by = day.folded?.entries.has(key) ? `${day.folded.key} (${key.slice(key.lastIndexOf('/') + 1)})` : key
      for (const { id, outcome, objects } of entry.contents) {
        for (const { key: object, ...digests } of objects) await book.named(object, { by, digests })
        if (outcome === 'quarantined') await book.named(quarantineKey(tenantId, id, 'json'), { by })
      }
    }
  }
}

function reportMissing(
  { tenantId, history, horizonMs, log }: LedgerCheck,
  day: VerifiedDay,
  { listed, present }: { readonly listed: ListedDates; readonly present: number },
): void {
  const plan = { collection: collectionOf(history), collected: collectedSpans(history), present, horizonMs }
  for (const entry of missingEntries(day, plan)) {
    const key = ledgerKey(tenantId, entry, entry.entry)
    log.add({ what: 'missing', key, namedBy: reasons[entry.why].by, meaning: `${reasons[entry.why].meaning}${furtherSpans(entry)}` })
  }
  const isFolded = utcDate(day.start) >= (listed.firstFolded.get(day.contentType) ?? '9')
  const fold = isFolded ? missingFold(day, plan) : undefined
  if (fold === undefined) return
  const meaning =
    'The day was not folded for long, or its fold was removed. Start the compactor, which folds it, or restore it from a copy.'
  log.add({ what: 'missing', key: foldKey(tenantId, utcDate(day.start), day.contentType, fold), namedBy: 'the age of the day', meaning })
}

const reasons: Readonly<Record<MissingEntry['why'], { readonly by: string; readonly meaning: string }>> = {
  unlisted: {
    by: 'the history of the tenant',
    meaning: 'A window was not listed, or its entries were removed. mailtrail coverage tells whether it can still be listed.',
  },
  unswept: { by: 'the history of the tenant', meaning: 'A span was not listed again, or the entry of that was removed.' },
  unsealed: {
    by: 'the entry listed',
    meaning: 'A window was not sealed for long, or its seal was removed. Restore it from a copy of the lake.',
  },
  'no listing': {
    by: 'the entry seal',
    meaning: 'The listing that this window was sealed after was removed. Restore it from a copy of the lake.',
  },
  unnumbered: { by: 'a later repair', meaning: 'A repair between others was removed. Restore it from a copy of the lake.' },
}

function furtherSpans({ more, until }: MissingEntry): string {
  return more === 0 ? '' : ` So were ${more} spans after it, up to ${isoSeconds(until)}.`
}
