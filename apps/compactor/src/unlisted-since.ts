import { type Abortable, dayMs, type Interval, type TenantId } from '@mailtrail/core'
import { contentHash, contentHashOf, type ObjectStore, readLedger } from '@mailtrail/lake'

/** Ledger read at a time. */
const stepMs = 7 * dayMs

/**
 * Of raw objects, those whose content no entry of a span of the ledger names. What the feed brought lately is still sealed, repaired and looked for, however old
 * its events are.
 */
export async function unlistedSince(
  lake: ObjectStore,
  { tenantId, keys, span }: { readonly tenantId: TenantId; readonly keys: readonly string[]; readonly span: Interval },
  options: Abortable,
): Promise<string[]> {
  const asked = new Set(keys.map(contentHashOf))
  const listed = new Set<string | undefined>()
  for (let { from } = span; from < span.to; from += stepMs) {
    for (const { contents } of await readLedger(lake, tenantId, { from, to: Math.min(from + stepMs, span.to) }, options)) {
      for (const hash of contents.map(({ id }) => contentHash(id))) if (asked.has(hash)) listed.add(hash)
    }
  }
  return keys.filter((key) => !listed.has(contentHashOf(key)))
}
