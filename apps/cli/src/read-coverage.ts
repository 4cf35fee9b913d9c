import { type Abortable, type CoverageInterval, defaultHorizonMs, type Interval, type TenantId, tenantCoverage } from '@mailtrail/core'
import { type ObjectStore, readLedger } from '@mailtrail/lake'
import { readHistory, readTenant } from '@mailtrail/tenants'

/** The content type that carries MailItemsAccessed. */
export const mailContentType = 'Audit.Exchange'

/** How complete the record of `range` in event time is, from the tenant's ledger and history. */
export async function readCoverage(
  lake: ObjectStore,
  tenantId: TenantId,
  range: Interval,
  options?: Abortable,
): Promise<CoverageInterval[]> {
  await readTenant(lake, tenantId, options)
  const history = await readHistory(lake, tenantId, options)
  // Everything listed after the range too: the latest service date is the present.
  const entries = await readLedger(lake, tenantId, { from: range.from, to: range.to + defaultHorizonMs * 4 }, options)
  return tenantCoverage({ contentType: mailContentType, history, entries }, range)
}
