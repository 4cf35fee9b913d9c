import type { Abortable, LedgerEntry, TenantId } from '@mailtrail/core'
import { ledgerPrefix, parseFoldKey } from './layout.ts'
import { type EntryPlace, placeOf, readLedgerEntry } from './ledger.ts'
import type { ObjectStore } from './object-store.ts'
import type { Fold } from './open-fold.ts'
import { readFold, readNewestFold } from './read-fold.ts'
import { readFoldedEntry } from './read-folded.ts'

/** The objects of one UTC day and content type of a tenant's ledger. */
export interface ListedDay {
  readonly date: string
  readonly contentType: string
  readonly entries: readonly EntryPlace[]
  /** Keys, the newest first. */
  readonly folds: readonly string[]
}

/** What is known of the day: what its newest fold holds, and the entries it does not name. */
export interface LedgerDay {
  readonly fold: Fold | undefined
  readonly loose: readonly EntryPlace[]
  /** Keys of objects that the fold holds. */
  readonly doubled: readonly string[]
}

/** @param day - `date` is the UTC day of the spans' starts; of all content types unless one is named */
export async function listLedgerDay(
  lake: ObjectStore,
  tenantId: TenantId,
  { date, contentType }: { readonly date: string; readonly contentType?: string },
  options?: Abortable,
): Promise<ListedDay[]> {
  const prefix = `${ledgerPrefix(tenantId, date)}${contentType === undefined ? '' : `${contentType}/`}`
  const types = new Map<string, { entries: EntryPlace[]; folds: { key: string; fold: number }[] }>()
  // In the order of keys folds come last: what was removed before its place in the list, the fold that is listed holds.
  for await (const key of lake.list(prefix, options)) {
    const [place, fold] = [placeOf(key), parseFoldKey(key)]
    const type = place?.contentType ?? fold?.contentType
    if (type === undefined) continue
    const ofType = types.get(type) ?? { entries: [], folds: [] }
    types.set(type, ofType)
    if (place) ofType.entries.push(place)
    if (fold) ofType.folds.push({ key, fold: fold.fold })
  }
  return Array.from(types, ([type, { entries, folds }]) => {
    const newestFirst = folds.sort((a, b) => b.fold - a.fold).map(({ key }) => key)
    return { date, contentType: type, entries, folds: newestFirst }
  })
}

/**
 * @param listed - of the same tenant; what was folded and removed since then is not missed
 * @throws {@link MailtrailError} `LEDGER_FOLD_INVALID`
 */
export async function openLedgerDay(lake: ObjectStore, tenantId: TenantId, listed: ListedDay, options?: Abortable): Promise<LedgerDay> {
  const [newest, ...earlier] = listed.folds
  if (newest === undefined) return { fold: undefined, loose: listed.entries, doubled: [] }
  const fold = (await readFold(lake, newest, options)) ?? (await readNewestFold(lake, tenantId, listed, options))
  const [doubled = [], loose = []] = [true, false].map((isFolded) =>
    listed.entries.filter(({ key }) => isFolded === (fold?.entries.has(key) ?? false)),
  )
  return { fold, loose, doubled: [...doubled.map(({ key }) => key), ...earlier] }
}

/** The places of all entries of the day, whether they lie there or are folded. */
export function placesOf({ fold, loose }: Pick<LedgerDay, 'fold' | 'loose'>): EntryPlace[] {
  return [...Array.from(fold?.entries.keys() ?? []).flatMap((key) => placeOf(key) ?? []), ...loose]
}

/** @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID`, `LEDGER_FOLD_INVALID` */
export async function readDayEntry(
  lake: ObjectStore,
  { fold }: Pick<LedgerDay, 'fold'>,
  key: string,
  options?: Abortable,
): Promise<LedgerEntry> {
  return (fold && readFoldedEntry(fold, key)) ?? readLedgerEntry(lake, key, options)
}
