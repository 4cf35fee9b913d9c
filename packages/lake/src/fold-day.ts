import { hash } from 'node:crypto'
import {
  type Abortable,
  type CollectionPeriod,
  type DayCoverage,
  type FoldName,
  type LedgerEntry,
  lastFold,
  mapConcurrently,
  mergeContents,
  summariseDay,
  type TenantId,
} from '@mailtrail/core'
import { chainTips } from './chain-tips.ts'
import { type FoldPart, formatFold } from './format-fold.ts'
import { foldKey } from './layout.ts'
import { parsePlacedEntry } from './ledger.ts'
import { type LedgerDay, listLedgerDay, openLedgerDay } from './ledger-day.ts'
import type { ObjectStore } from './object-store.ts'
import { type Fold, type FoldHead, foldInvalid } from './open-fold.ts'
import { readFold, readFoldHead } from './read-fold.ts'

/** A fold that is to be made. */
export interface FoldTarget {
  readonly tenantId: TenantId
  readonly contentType: string
  /** The UTC day. */
  readonly date: string
  readonly fold: number
}

/** What the entries of the day alone do not tell. */
export interface FoldContext {
  /** When the content type was expected to be collected. */
  readonly periods: readonly CollectionPeriod[]
  readonly coverage: DayCoverage | null
}

export interface FoldedDay {
  readonly outcome: 'created' | 'exists'
  /** Of the fold that is there, or of a later one. */
  readonly head: FoldHead
}

const readsAtOnce = 16

/**
 * Puts all entries of a day into one object. Two who fold at once leave one fold, and what it does not hold stays beside it.
 *
 * @returns what is in the store, read back; undefined when there is nothing to fold, or when the day is not done and this is its last fold
 * @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID`, `LEDGER_FOLD_INVALID`
 */
export async function foldDay(
  lake: ObjectStore,
  target: FoldTarget,
  { periods, coverage }: FoldContext,
  options?: Abortable,
): Promise<FoldedDay | undefined> {
  const { tenantId, contentType, date, fold: number } = target
  const [listed] = await listLedgerDay(lake, tenantId, target, options)
  if (!listed) return undefined
  const day = await openLedgerDay(lake, tenantId, listed, options)
  if (day.fold && day.fold.summary.fold >= number) return { outcome: 'exists', head: day.fold }
  const { parts, entries } = await readParts(lake, day, options)
  if (entries.length === 0 || (number === lastFold && !isDone(entries))) return undefined
  const replaced = await earlierFolds(lake, day.fold, listed.folds, options)
  const key = foldKey(tenantId, date, contentType, number)
  const summary = {
    schema: 1,
    tenantId,
    contentType,
    date,
    fold: number,
    ...summariseDay(entries, Date.parse(date), periods),
    coverage,
    previous: await chainTips(lake, tenantId, contentType, options),
    replaces: replaced.map(nameOf),
  } as const
  const lines = replaced.map(({ line }) => line)
  const outcome = await lake.create(key, await formatFold(summary, parts, lines), options)
  return { outcome, head: await readBack(lake, key, options) }
}

/** A fold as it is in the store, each entry compared with its digest. */
export async function readBack(lake: ObjectStore, key: string, options?: Abortable): Promise<Fold> {
  const fold = await readFold(lake, key, options)
  if (!fold) throw foldInvalid(key, new Error('it is not there'))
  for (const [entry, { sha256, from, to }] of fold.entries) {
    const bytes = fold.body.subarray(from, to)
    if (hash('sha256', bytes) !== sha256) throw foldInvalid(key, new Error(`${entry} in it differs`))
    parsePlacedEntry(bytes, entry)
  }
  return fold
}

async function readParts(lake: ObjectStore, day: LedgerDay, options?: Abortable): Promise<{ parts: FoldPart[]; entries: LedgerEntry[] }> {
  const { fold } = day
  const folded = fold ? Array.from(fold.entries, ([key, { from, to }]) => ({ key, bytes: fold.body.subarray(from, to) })) : []
  const loose = await mapConcurrently(day.loose, { limit: readsAtOnce, ...options }, async ({ key }, signal) => ({
    key,
    bytes: (await lake.read(key, { signal })) ?? new Uint8Array(),
  }))
  const all = [...folded, ...loose]
  return {
    parts: all.map(({ key, bytes }) => ({ name: key.slice(key.lastIndexOf('/') + 1), bytes })),
    entries: all.map(({ key, bytes }) => parsePlacedEntry(bytes, key)),
  }
}

/** Whether nothing of the day is to be sealed or fetched any more. */
function isDone(entries: readonly LedgerEntry[]): boolean {
  return [...Map.groupBy(entries, ({ start, end }) => `${start}-${end}`).values()].every((group) => {
    const isUnsealed = group.some(({ entry }) => entry === 'listed') && !group.some(({ entry }) => entry === 'seal')
    return !isUnsealed && [...mergeContents(group).values()].every(({ outcome }) => outcome !== 'pending' && outcome !== 'dead')
  })
}

/** The heads of all folds of the day before the one that is made, those included that only a later one still holds. */
async function earlierFolds(
  lake: ObjectStore,
  newest: Fold | undefined,
  keys: readonly string[],
  options?: Abortable,
): Promise<FoldHead[]> {
  const heads = new Map<string, FoldHead>()
  for (const head of newest ? [...newest.replaced, newest] : []) heads.set(head.key, head)
  for (const key of keys) {
    const head = heads.get(key) ?? (await readFoldHead(lake, key, options))
    if (head) heads.set(key, head)
  }
  return [...heads.values()].sort((a, b) => a.summary.fold - b.summary.fold)
}

function nameOf({ sha256, summary: { date, fold } }: FoldHead): FoldName {
  return { date, fold, sha256 }
}
