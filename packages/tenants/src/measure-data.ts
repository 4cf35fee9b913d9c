import { type Abortable, eachConcurrently } from '@mailtrail/core'
import { keysOf } from './purge-tenant.ts'
import { type DataKind, findTenantData, type TenantPlace } from './tenant-data.ts'

export interface MeasuredKind {
  readonly kind: DataKind
  readonly objects: number
  readonly bytes: number
}

/** Enough to hide a store's latency. */
const readsAtOnce = 16

/** What a deletion of the tenant would take. */
export async function measureData(
  place: TenantPlace,
  { now, onObject, signal }: Abortable & { readonly now: number; readonly onObject?: (kind: DataKind) => void },
): Promise<MeasuredKind[]> {
  const kinds: MeasuredKind[] = []
  for (const data of await findTenantData(place, now, { signal })) {
    let [objects, bytes] = [0, 0]
    await eachConcurrently(keysOf(data, { signal }), { limit: readsAtOnce, signal }, async (key, either) => {
      const found = await data.lake.stat(key, { signal: either })
      objects += found ? 1 : 0
      bytes += found?.size ?? 0
      onObject?.(data.kind)
    })
    kinds.push({ kind: data.kind, objects, bytes })
  }
  return kinds
}
