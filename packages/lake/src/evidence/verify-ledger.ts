import {
  type Abortable,
  dayMs,
  foldGraceMs,
  type HistoryEvent,
  type Interval,
  type LedgerEntry,
  listableMs,
  overlaps,
  type TenantId,
  utcDate,
  windowsOver,
} from '@mailtrail/core'
import { dateOf, ledgerPrefix, parseFoldKey } from '../layout.ts'
import { placeOf } from '../ledger.ts'
import { listLedgerDay } from '../ledger-day.ts'
import type { ObjectStore } from '../object-store.ts'
import type { FindingLog } from './finding.ts'
import type { FoldChain } from './fold-chain.ts'
import { noteObjects } from './note-objects.ts'
import type { ObjectBook } from './object-book.ts'
import { reportMissing } from './report-missing.ts'
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
      else reportMissing(check, day, { isFolded: isFolded(day, listed), present: last })
    }
  }
  await chain.check(lake, log, { signal })
  for (const day of [...recent, ...emptyDays(check, listed.dates, present)]) {
    // Of a day that was folded and is not there at all, its fold is what is missing.
    if (!isThere(day) && chain.isNamed(day.contentType, utcDate(day.start))) continue
    reportMissing(check, day, { isFolded: isFolded(day, listed), present: present.get(day.contentType) ?? 0 })
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

function isFolded({ contentType, start }: VerifiedDay, { firstFolded }: ListedDates): boolean {
  const first = firstFolded.get(contentType)
  return first !== undefined && utcDate(start) >= first
}

function isThere({ fold, names }: VerifiedDay): boolean {
  return fold !== undefined || names.some(({ entry }) => entry === 'listed' || entry === 'seal')
}
