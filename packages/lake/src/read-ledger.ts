import {
  type Abortable,
  dayMs,
  type EntrySpan,
  type Interval,
  type LedgerEntry,
  longestHorizonMs,
  mapConcurrently,
  overlaps,
  type TenantId,
  utcDate,
} from '@mailtrail/core'
import { ledgerPrefix } from './layout.ts'
import { type EntryPlace, readLedgerEntry } from './ledger.ts'
import { type ListedDay, listLedgerDay, openLedgerDay } from './ledger-day.ts'
import type { ObjectStore } from './object-store.ts'
import { readFoldHead } from './read-fold.ts'
import { readFoldedEntries } from './read-folded.ts'

/** Settling sweeps span the day and the horizon after it, and lie in the partition of their first day. */
const longestSpanMs = dayMs + longestHorizonMs

/** Days, and entries that no fold holds, read at a time: enough to hide a store's latency, few enough to hold. */
const [daysAtOnce, readsAtOnce] = [8, 32]

export interface ReadLedgerOptions extends Abortable {
  /** Whether spans that begin on a day before the range are left out: those of sweeps. */
  readonly isOwnDaysOnly?: boolean
}

/**
 * Every entry whose span overlaps `range` of `contentCreated` time.
 *
 * @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID`, `LEDGER_FOLD_INVALID`
 */
export async function readLedger(
  lake: ObjectStore,
  tenantId: TenantId,
  range: Interval,
  { isOwnDaysOnly = false, ...options }: ReadLedgerOptions = {},
): Promise<LedgerEntry[]> {
  const isAsked = ({ start, end }: EntrySpan): boolean => overlaps({ from: start, to: end }, range)
  const days: string[] = []
  const leadMs = isOwnDaysOnly ? 0 : longestSpanMs
  for (let day = Math.floor((range.from - leadMs) / dayMs) * dayMs; day < range.to; day += dayMs) days.push(utcDate(day))
  const loose: EntryPlace[] = []
  const folded = await mapConcurrently(days, { limit: daysAtOnce, ...options }, async (date, signal) => {
    const entries: LedgerEntry[] = []
    for (const listed of await listLedgerDay(lake, tenantId, { date }, { signal })) {
      if (await endsBefore(lake, listed, range, { signal })) continue
      const { fold, loose: unfolded } = await openLedgerDay(lake, tenantId, listed, { signal })
      loose.push(...unfolded.filter(isAsked))
      if (fold) entries.push(...readFoldedEntries(fold))
    }
    return entries
  })
  const unfolded = await mapConcurrently(loose, { limit: readsAtOnce, ...options }, ({ key }, signal) =>
    readLedgerEntry(lake, key, { signal }),
  )
  return [...folded.flat().filter(isAsked), ...unfolded]
}

/** Whether nothing of the day reaches into the range, as the names of its entries and the head of its fold tell. */
async function endsBefore(
  lake: ObjectStore,
  { date, entries, folds: [newest] }: ListedDay,
  { from }: Interval,
  options?: Abortable,
): Promise<boolean> {
  if (Date.parse(date) + dayMs > from || entries.some(({ end }) => end > from)) return false
  const head = newest === undefined ? undefined : await readFoldHead(lake, newest, options)
  // One that is gone was followed by another.
  return newest === undefined || (head !== undefined && Date.parse(head.summary.spansEnd) <= from)
}

/** The newest entries of the tenant, those of the last partition: they tell how far time has come. */
export async function readLatestEntries(lake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<LedgerEntry[]> {
  let last = ''
  for await (const key of lake.list(ledgerPrefix(tenantId), options)) last = key
  const day = Date.parse(/\/date=(\d{4}-\d\d-\d\d)\//.exec(last)?.[1] ?? '')
  return Number.isNaN(day) ? [] : readLedger(lake, tenantId, { from: day, to: day + dayMs }, options)
}
