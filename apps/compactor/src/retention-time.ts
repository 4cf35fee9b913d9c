import { type Abortable, collectionStateAt, type TenantId } from '@mailtrail/core'
import { type ObjectStore, readLatestEntries } from '@mailtrail/lake'
import { readHistory } from '@mailtrail/tenants'

/**
 * The time that retention goes by. While a tenant is collected it is never ahead of what the service told last, so that no clock of ours ends evidence
 * before its time; undefined while the service told none.
 */
export async function retentionTime(
  { fleetLake, lake }: { readonly fleetLake: ObjectStore; readonly lake: ObjectStore },
  tenantId: TenantId,
  now: number,
  options: Abortable,
): Promise<number | undefined> {
  const history = await readHistory(fleetLake, tenantId, options)
  if (collectionStateAt(history, Number.POSITIVE_INFINITY) !== 'active') return now
  const entries = await readLatestEntries(lake, tenantId, options)
  const told = entries.reduce((latest, { listing }) => Math.max(latest, listing?.serviceDate ?? latest), Number.NEGATIVE_INFINITY)
  return Number.isFinite(told) ? Math.min(now, told) : undefined
}
