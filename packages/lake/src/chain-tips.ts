import { type Abortable, type FoldName, mapConcurrently, type TenantId } from '@mailtrail/core'
import { ledgerPrefix, parseFoldKey } from './layout.ts'
import type { ObjectStore } from './object-store.ts'
import type { FoldHead } from './open-fold.ts'
import { readFoldHead } from './read-fold.ts'

/** Contents stay fetchable for 20 days, so no fold is made of a day that is older; days without folds do not count. */
const daysBack = 28
const readsAtOnce = 8

/** Folds made at once by two name one previous fold; the next names both. */
const namedTips = 8

/**
 * The folds of the tenant and content type that no other fold names, the oldest day first: one, unless two were made at once. The digests of these vouch
 * for every fold before them.
 *
 * @throws {@link MailtrailError} `LEDGER_FOLD_INVALID`
 */
export async function chainTips(lake: ObjectStore, tenantId: TenantId, contentType: string, options?: Abortable): Promise<FoldName[]> {
  const days = new Map<string, string[]>()
  for await (const key of lake.list(ledgerPrefix(tenantId), options)) {
    const fold = parseFoldKey(key)
    if (fold?.contentType !== contentType) continue
    days.set(fold.date, [...(days.get(fold.date) ?? []), key])
    // Keys come by date.
    const [oldest] = days.keys()
    if (days.size > daysBack && oldest !== undefined) days.delete(oldest)
  }
  const keys = [...days.values()].flat()
  const heads = await mapConcurrently(keys, { limit: readsAtOnce, ...options }, (key, signal) => readFoldHead(lake, key, { signal }))
  return tipsOf(heads.filter((head) => head !== undefined)).slice(-namedTips)
}

/** Those of the folds that none of them names. */
function tipsOf(heads: readonly FoldHead[]): FoldName[] {
  const named = new Set(heads.flatMap(({ summary: { previous, replaces } }) => [...previous, ...replaces].map(({ sha256 }) => sha256)))
  return heads
    .filter(({ sha256 }) => !named.has(sha256))
    .map(({ sha256, summary: { date, fold } }) => ({ date, fold, sha256 }))
    .sort((a, b) => (a.date === b.date ? a.fold - b.fold : a.date < b.date ? -1 : 1))
}
