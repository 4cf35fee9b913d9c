import {
  type Abortable,
  type CoverageInterval,
  defaultHorizonMs,
  evidenceLeadMs,
  type Interval,
  type TenantId,
  tenantCoverage,
} from '@mailtrail/core'
import { type ObjectStore, readLatestEntries, readLedger } from '@mailtrail/lake'
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
  const entries = await readLedger(lake, tenantId, { from: range.from - evidenceLeadMs, to: range.to + defaultHorizonMs }, options)
  // The latest service date in the ledger is the present, however long after the range.
  const latest = await readLatestEntries(lake, tenantId, options)
  return tenantCoverage({ contentType: mailContentType, history, entries: [...entries, ...latest] }, range)
}
