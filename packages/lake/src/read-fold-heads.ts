import { type Abortable, type FoldSummary, lastFold, type TenantId } from '@mailtrail/core'
import { foldKey } from './layout.ts'
import type { ObjectStore } from './object-store.ts'
import { readFoldHead } from './read-fold.ts'

/**
 * The summaries of the newest folds of the days, by date, without listing anything: an object is asked for under each name a fold can have.
 *
 * @throws {@link MailtrailError} `LEDGER_FOLD_INVALID`
 */
export async function readFoldHeads(
  lake: ObjectStore,
  tenantId: TenantId,
  { contentType, dates }: { readonly contentType: string; readonly dates: readonly string[] },
  options?: Abortable,
): Promise<Map<string, FoldSummary>> {
  const summaries = new Map<string, FoldSummary>()
  for (const date of dates) {
    for (let fold: number = lastFold; fold > 0 && !summaries.has(date); fold -= 1) {
      const head = await readFoldHead(lake, foldKey(tenantId, date, contentType, fold), options)
      if (head) summaries.set(date, head.summary)
    }
  }
  return summaries
}
