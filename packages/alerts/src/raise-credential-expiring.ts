import { type Abortable, dayMs, type TenantId, utcDate } from '@mailtrail/core'
import { alertKey, type ObjectStore } from '@mailtrail/lake'
import { raiseAlert } from './alert-store.ts'
import { credentialExpiringAlert, type ExpiringCredential } from './credential-expiring.ts'

/** The longest rung of the ladder is 30 days; a certificate that expired longer ago is spoken of again. */
const rungDays = 31

/**
 * Raises `credential.expiring` once for each rung of the ladder, however often and on however many of its days it is called.
 *
 * @returns `none` while the certificate is above the ladder
 * @throws {@link MailtrailError} `ALERT_INVALID` when the kind of the reference is none
 */
export async function raiseCredentialExpiring(
  lake: ObjectStore,
  tenantId: TenantId,
  credential: ExpiringCredential,
  at: number,
  options: Abortable = {},
): Promise<'raised' | 'known' | 'none'> {
  const alert = credentialExpiringAlert(tenantId, credential, at)
  if (alert === undefined) return 'none'
  for (let day = 1; day <= rungDays; day += 1) {
    if (await lake.stat(alertKey(tenantId, utcDate(at - day * dayMs), alert.id), options)) return 'known'
  }
  return raiseAlert(lake, alert, options)
}
