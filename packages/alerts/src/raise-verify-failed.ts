import type { Abortable, TenantId } from '@mailtrail/core'
import { alertPrefix, type ObjectStore } from '@mailtrail/lake'
import type { VerifyFailedData } from './alert.ts'
import { raiseAlert } from './alert-store.ts'
import { verifyFailedAlert } from './new-alert.ts'

/**
 * Raises `evidence.verify_failed` once for each set of findings, on whichever day they are found again.
 *
 * @param at - UTC milliseconds
 */
export async function raiseVerifyFailed(
  lake: ObjectStore,
  tenantId: TenantId,
  data: VerifyFailedData,
  at: number,
  options: Abortable = {},
): Promise<'raised' | 'known'> {
  const alert = verifyFailedAlert(tenantId, data, at)
  for await (const key of lake.list(alertPrefix(tenantId), options)) if (key.endsWith(`/${alert.id}.json`)) return 'known'
  return raiseAlert(lake, alert, options)
}
