import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import { memberHeadBytes, summaryMemberBytes } from './format-fold.ts'
import { foldPrefix, parseFoldKey } from './layout.ts'
import type { ObjectStore } from './object-store.ts'
import { type Fold, type FoldHead, openFold, openFoldHead } from './open-fold.ts'

/**
 * The whole fold, or undefined when there is none.
 *
 * @throws {@link MailtrailError} `LEDGER_FOLD_INVALID`
 */
export async function readFold(lake: ObjectStore, key: string, options?: Abortable): Promise<Fold | undefined> {
  const bytes = await lake.read(key, options)
  return bytes && openFold(bytes, key)
}

/**
 * What the first KiBs of the fold say, or undefined when there is none.
 *
 * @throws {@link MailtrailError} `LEDGER_FOLD_INVALID`
 */
export async function readFoldHead(lake: ObjectStore, key: string, options?: Abortable): Promise<FoldHead | undefined> {
  let head = Buffer.alloc(0)
  try {
    for await (const chunk of lake.stream(key, options)) {
      head = Buffer.concat([head, chunk])
      if (head.length >= memberHeadBytes && head.length >= summaryMemberBytes(head)) break
    }
  } catch (error) {
    if (error instanceof MailtrailError && error.code === 'LAKE_OBJECT_MISSING') return undefined
    throw error
  }
  return openFoldHead(head, key)
}

/** How often a fold may be replaced by the next between being listed and being read. */
const tries = 3

/**
 * The newest fold of one UTC day and content type: it holds all that the earlier ones do.
 *
 * @param day - with `atLeast`, a fold that is not at least this one is left unread, as if there were none
 * @throws {@link MailtrailError} `LEDGER_FOLD_INVALID`
 */
export async function readNewestFold(
  lake: ObjectStore,
  tenantId: TenantId,
  day: { readonly date: string; readonly contentType: string; readonly atLeast?: number },
  options?: Abortable,
): Promise<Fold | undefined> {
  for (let left = tries; left > 0; left -= 1) {
    const keys = await Array.fromAsync(lake.list(foldPrefix(tenantId, day.date, day.contentType), options))
    const newest = keys.sort((a, b) => numberOf(a) - numberOf(b)).at(-1)
    if (newest === undefined || numberOf(newest) < (day.atLeast ?? 1)) return undefined
    const fold = await readFold(lake, newest, options)
    if (fold) return fold
  }
  throw new MailtrailError(
    'LEDGER_FOLD_INVALID',
    `The fold of ${day.contentType} of ${day.date} of tenant ${tenantId} is listed and not there. Restore it from a copy of the lake.`,
  )
}

function numberOf(key: string): number {
  return parseFoldKey(key)?.fold ?? 0
}
