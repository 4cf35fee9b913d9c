import { raiseCredentialExpiring } from '@mailtrail/alerts'
import type { TenantId } from '@mailtrail/core'
import { type CheckContext, type CheckReport, checkTenant, endingCertificates, storeCheck } from '@mailtrail/tenants'

/** Checks a tenant, keeps the report as evidence, and raises the alerts its certificates are due for. */
export async function keepCheck(tenantId: TenantId, context: CheckContext): Promise<CheckReport> {
  const { report, facts } = await checkTenant(tenantId, context)
  await storeCheck(context.fleetLake, report)
  for (const { reference, expiresAt } of endingCertificates(facts)) {
    const lake = await context.lakes.open(tenantId)
    await raiseCredentialExpiring(lake, tenantId, { credential: reference, expiresAt }, report.at)
  }
  return report
}
