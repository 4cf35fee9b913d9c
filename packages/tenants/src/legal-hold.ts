import type { Abortable, LegalHoldEvent, TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { recordHistory } from './history.ts'
import { readTenant, replaceTenant } from './registry.ts'
import type { Tenant } from './tenant.ts'

/** Who decided something about a hold, when by our clock, and why. */
export type HoldDecision = Pick<LegalHoldEvent, 'at' | 'by' | 'reason'>

/**
 * Keeps everything of a tenant, whatever its retention, until the hold is lifted; of one that is held already, the first hold stays. It is in
 * force once this returns: what removes asks again before every few thousand objects.
 *
 * @returns the tenant as it is now
 * @throws {@link MailtrailError} `TENANT_UNKNOWN`, or `TENANT_INVALID` when the reason is empty or too long
 */
export async function setLegalHold(
  lake: ObjectStore,
  tenantId: TenantId,
  { at, by, reason }: HoldDecision,
  options?: Abortable,
): Promise<Tenant> {
  const ours = { since: new Date(at).toISOString(), by, reason }
  const tenant = await replaceTenant(lake, tenantId, (known) => ({ ...known, legalHold: known.legalHold ?? ours }), options)
  const hold = tenant.legalHold ?? ours
  // The same event twice is one, so that a decision that was cut short is told whole the next time.
  const event = { kind: 'legal-hold-set' as const, at: Date.parse(hold.since), by: hold.by, reason: hold.reason }
  await recordHistory(lake, tenantId, event, options)
  return tenant
}

/**
 * Ends a hold; what is past its retention goes with the next run.
 *
 * @returns whether there was one
 * @throws {@link MailtrailError} `TENANT_UNKNOWN`
 */
export async function liftLegalHold(
  lake: ObjectStore,
  tenantId: TenantId,
  { at, by, reason }: HoldDecision,
  options?: Abortable,
): Promise<boolean> {
  const { legalHold } = await readTenant(lake, tenantId, options)
  if (!legalHold) return false
  // Told before it is done: no hold ends without a word of who ended it.
  await recordHistory(lake, tenantId, { kind: 'legal-hold-lifted', at, by, reason }, options)
  await replaceTenant(lake, tenantId, (known) => ({ ...known, legalHold: undefined }), options)
  return true
}
