import type { Abortable, TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { readTenant } from './registry.ts'

/**
 * Which of the configured destinations the tenant's alerts go to: those its registration names, or all.
 *
 * @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_INVALID`
 */
export async function readDestinations(
  fleetLake: ObjectStore,
  tenantId: TenantId,
  configured: readonly string[],
  options?: Abortable,
): Promise<readonly string[]> {
  const { destinations } = await readTenant(fleetLake, tenantId, options)
  return destinations === undefined ? configured : configured.filter((name) => destinations.includes(name))
}
