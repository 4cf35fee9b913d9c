import { hash } from 'node:crypto'
import { type Abortable, type KnownEntries, type LedgerEntry, lastFold, MailtrailError, mapConcurrently } from '@mailtrail/core'
import { readBack } from '../fold-day.ts'
import { parseFoldKey } from '../layout.ts'
import { type EntryPlace, parsePlacedEntry, placeOf } from '../ledger.ts'
import type { ListedDay } from '../ledger-day.ts'
import type { ObjectStore } from '../object-store.ts'
import type { Fold } from '../open-fold.ts'
import { readFoldedEntries } from '../read-folded.ts'
import type { FindingLog } from './finding.ts'
import type { FoldChain } from './fold-chain.ts'

/** What a day of the ledger holds once each of its bits was looked at. */
export interface VerifiedDay extends KnownEntries {
  /** The entries that a fold holds, by key, and that fold; for who asks what names an object. */
  readonly folded: Pick<Fold, 'key' | 'entries'> | undefined
}

const readsAtOnce = 16

/** Reads all folds and entries of a day and content type, and compares them with each other and with their own digests. */
export async function verifyLedgerDay(
  lake: ObjectStore,
  listed: ListedDay,
  { log, chain, areEntriesAsked }: { readonly log: FindingLog; readonly chain: FoldChain; readonly areEntriesAsked: boolean },
  options?: Abortable,
): Promise<VerifiedDay> {
  const { contentType, date } = listed
  let newest: Fold | undefined
  let number = 0
  for (const key of listed.folds) {
    const fold = await openWhole(lake, key, log, options)
    const at = parseFoldKey(key)?.fold ?? 0
    number = Math.max(number, at)
    if (!fold) {
      chain.addUnreadable(contentType, date, at)
      continue
    }
    chain.add(fold)
    for (const head of fold.replaced) chain.addReplaced(head)
    newest ??= fold
  }
  const loose = await mapConcurrently(areEntriesAsked ? listed.entries : [], { limit: readsAtOnce, ...options }, (place, signal) =>
    verifyEntry(lake, place, newest, { log, signal }),
  )
  if (areEntriesAsked && newest && number < lastFold) await findRemoved(lake, newest, listed, log, options)
  const foldedPlaces = [...(newest?.entries.keys() ?? [])].flatMap((key) => placeOf(key) ?? [])
  return {
    contentType,
    start: Date.parse(date),
    names: [...foldedPlaces, ...listed.entries.filter(({ key }) => !newest?.entries.has(key))],
    entries: [...(newest ? readFoldedEntries(newest) : []), ...loose.filter((entry) => entry !== undefined)],
    fold: number === 0 ? undefined : { number, summary: newest?.summary.fold === number ? newest.summary : undefined },
    folded: newest && { key: newest.key, entries: newest.entries },
  }
}

async function openWhole(lake: ObjectStore, key: string, log: FindingLog, options?: Abortable): Promise<Fold | undefined> {
  try {
    return await readBack(lake, key, options)
  } catch (error) {
    if (!isInvalid(error)) throw error
    const meaning = 'A fold holds all entries of a day. Restore it from a copy of the lake; until then its day is not read at all.'
    if (await lake.stat(key, options)) log.add({ what: 'altered', key, namedBy: 'the digests in it', meaning })
    return undefined
  }
}

/** The entry, unless the fold holds it or it cannot be read. */
async function verifyEntry(
  lake: ObjectStore,
  { key }: EntryPlace,
  fold: Fold | undefined,
  { log, ...options }: Abortable & { readonly log: FindingLog },
): Promise<LedgerEntry | undefined> {
  const bytes = await lake.read(key, options)
  const folded = fold?.entries.get(key)
  // Gone since it was listed, as what was folded goes.
  if (!bytes) return undefined
  if (folded) {
    const meaning = 'It is not what was folded. The fold is what is read; nothing is lost. See who changed it.'
    if (hash('sha256', bytes) !== folded.sha256) log.add({ what: 'altered', key, namedBy: fold?.key ?? '', meaning })
    return undefined
  }
  try {
    return parsePlacedEntry(bytes, key)
  } catch (error) {
    if (!isInvalid(error)) throw error
    const meaning = 'A ledger entry proves what was listed and stored. Restore it from a copy of the lake.'
    log.add({ what: 'altered', key, namedBy: 'the digest in it', meaning })
    return undefined
  }
}

/** Entries go only when the last fold of their day holds them. */
async function findRemoved(lake: ObjectStore, fold: Fold, listed: ListedDay, log: FindingLog, options?: Abortable): Promise<void> {
  const there = new Set(listed.entries.map(({ key }) => key))
  const last = fold.key.replace(/fold-\d+(?=\.ndjson\.gz$)/, `fold-${lastFold}`)
  for (const key of fold.entries.keys()) {
    // What is not there any more may have been folded for the last time meanwhile.
    if (there.has(key) || (await lake.stat(key, options)) || (await lake.stat(last, options))) continue
    const meaning = 'It was removed before its time. The fold holds it, so nothing is lost. See who removed it.'
    log.add({ what: 'missing', key, namedBy: fold.key, meaning })
  }
}

function isInvalid(error: unknown): boolean {
  return error instanceof MailtrailError && /^LEDGER_(ENTRY|FOLD)_INVALID$/.test(error.code)
}
