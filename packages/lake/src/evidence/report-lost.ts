import type { Abortable, TenantId } from '@mailtrail/core'
import { dateOf, tombstonePrefix } from '../layout.ts'
import type { ObjectStore } from '../object-store.ts'
import type { Finding, FindingLog } from './finding.ts'
import { retiredBy } from './note-tombstones.ts'

/** Retention may have gone on meanwhile: what a tombstone names that was written since is not lost. */
export async function reportLost(
  lake: ObjectStore,
  tenantId: TenantId,
  {
    log,
    lost,
    since,
    signal,
  }: Abortable & { readonly log: FindingLog; readonly lost: ReadonlyMap<string, string>; readonly since: string },
): Promise<void> {
  const left = new Map(lost)
  if (left.size > 0) {
    for await (const key of lake.list(tombstonePrefix(tenantId), { signal })) {
      if ((dateOf(key) ?? '') < since) continue
      for (const { key: object } of await retiredBy(lake, key, log, { signal })) left.delete(object)
    }
  }
  for (const [key, by] of left) log.add(lostFinding(key, by))
}

export function lostFinding(key: string, namedBy: string): Finding {
  const meaning =
    'It was stored, and no tombstone says that it was removed. Restore it from a copy; its records are missing from every answer.'
  return { what: 'missing', key, namedBy, meaning }
}
