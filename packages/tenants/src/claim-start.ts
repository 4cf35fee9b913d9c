import { type Abortable, minuteMs, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { readHistory, recordHistory } from './history.ts'

/** Between two starts of one subscription; sooner ones have left subscriptions disabled (contract 2.3). */
const startSpacingMs = 15 * minuteMs

/**
 * Records a start of the subscription, unless somebody did so in this quarter of an hour or the one before. A start is dated by its quarter, so that of
 * several processes that try at once create-only lets one through, and two starts are at least 15 minutes apart.
 *
 * @param now - UTC milliseconds
 * @returns whether the caller, and nobody else, is to start it
 */
export async function claimStart(
  fleetLake: ObjectStore,
  { tenantId, contentType, now }: { readonly tenantId: TenantId; readonly contentType: string; readonly now: number },
  options?: Abortable,
): Promise<boolean> {
  const at = Math.floor(now / startSpacingMs) * startSpacingMs
  const isRecent = (await readHistory(fleetLake, tenantId, options)).some(
    (event) => event.kind === 'subscription-started' && event.contentType === contentType && event.at >= at - startSpacingMs,
  )
  return !isRecent && (await recordHistory(fleetLake, tenantId, { kind: 'subscription-started', at, contentType }, options)) === 'created'
}
