import { hash } from 'node:crypto'
import { type Abortable, lastFold, MailtrailError, type TenantId } from '@mailtrail/core'
import { readBack } from './fold-day.ts'
import { parseFoldKey } from './layout.ts'
import { listLedgerDay, openLedgerDay } from './ledger-day.ts'
import type { ObjectStore } from './object-store.ts'
import { readFoldHead } from './read-fold.ts'

/**
 * Removes what the last fold of a day holds: each entry whose bytes it has, then the earlier folds whose summaries it has. Nothing is lost by it, so there is
 * no tombstone; who reads finds all of it in the fold. A day that has no last fold is left as it is.
 *
 * @returns how many objects were removed; those that a lock of the store keeps are not among them
 * @throws {@link MailtrailError} `LEDGER_OBJECT_ALTERED` when an object is not what was folded, after all else was done; `LEDGER_FOLD_INVALID`
 */
export async function removeFolded(
  lake: ObjectStore,
  tenantId: TenantId,
  day: { readonly date: string; readonly contentType: string },
  options?: Abortable,
): Promise<number> {
  const [listed] = await listLedgerDay(lake, tenantId, day, options)
  const { fold: newest, doubled } = listed ? await openLedgerDay(lake, tenantId, listed, options) : { doubled: [] }
  if (!newest || newest.summary.fold < lastFold) return 0
  const fold = await readBack(lake, newest.key, options)
  const altered: string[] = []
  let removed = 0
  for (const key of doubled) {
    const known = fold.entries.get(key)?.sha256 ?? fold.replaced.find((head) => head.key === key)?.sha256
    const found = await digestOf(lake, key, options)
    if (found === undefined) continue
    if (found !== known) altered.push(key)
    else if ((await lake.remove(key, options)).outcome === 'removed') removed += 1
  }
  if (altered.length === 0) return removed
  throw new MailtrailError(
    'LEDGER_OBJECT_ALTERED',
    `${altered.length} object(s) differ from what ${fold.key} holds and were kept, ${altered[0]} the first. The fold is what is read; see what changed them.`,
  )
}

async function digestOf(lake: ObjectStore, key: string, options?: Abortable): Promise<string | undefined> {
  if (parseFoldKey(key)) return (await readFoldHead(lake, key, options))?.sha256
  const bytes = await lake.read(key, options)
  return bytes && hash('sha256', bytes)
}
