import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { readTenant } from './registry.ts'

/** @throws {@link MailtrailError} `TENANT_HELD` while the tenant is under legal hold; `TENANT_UNKNOWN`, `TENANT_INVALID` */
export async function requireNotHeld(fleetLake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<void> {
  const { legalHold } = await readTenant(fleetLake, tenantId, options)
  if (!legalHold) return
  throw new MailtrailError(
    'TENANT_HELD',
    `Tenant ${tenantId} is under legal hold since ${legalHold.since} by ${legalHold.by} (${legalHold.reason}): nothing of it is removed. Lift it with: mailtrail tenant release`,
  )
}
