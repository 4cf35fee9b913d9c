import {
  type Abortable,
  type CoverageInterval,
  defaultHorizonMs,
  evidenceLeadMs,
  type Interval,
  type TenantId,
  tenantCoverage,
} from '@mailtrail/core'
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
  // Sweeps after the horizon tell the present: it is the latest service date in the ledger.
  const evidence = { from: range.from - evidenceLeadMs, to: range.to + 2 * defaultHorizonMs + evidenceLeadMs }
  const entries = await readLedger(lake, tenantId, evidence, options)
  return tenantCoverage({ contentType: mailContentType, history, entries }, range)
}
