import {
  type Abortable,
  type CoverageInterval,
  defaultHorizonMs,
  evidenceLeadMs,
  type Interval,
  mailContentType,
  type TenantId,
  tenantCoverage,
} from '@mailtrail/core'
import { type ObjectStore, readLatestEntries, readLedger } from '@mailtrail/lake'
import { createTenantLakes, readHistory } from '@mailtrail/tenants'

/** How complete the record of `range` in event time is, from the tenant's ledger and history. */
export async function readCoverage(
  fleetLake: ObjectStore,
  tenantId: TenantId,
  range: Interval,
  options?: Abortable,
): Promise<CoverageInterval[]> {
  await using lakes = createTenantLakes(fleetLake)
  const lake = await lakes.open(tenantId, options)
  const history = await readHistory(fleetLake, tenantId, options)
  const entries = await readLedger(lake, tenantId, { from: range.from - evidenceLeadMs, to: range.to + defaultHorizonMs }, options)
  // The latest service date in the ledger is the present, however long after the range.
  const latest = await readLatestEntries(lake, tenantId, options)
  return tenantCoverage({ contentType: mailContentType, history, entries: [...entries, ...latest] }, range)
}

/** Up to when the tenant's ledger knows the time, by the service's clock: what is later was not listed yet. Undefined while nothing was. */
export async function readPresent(fleetLake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<number | undefined> {
  await using lakes = createTenantLakes(fleetLake)
  const latest = await readLatestEntries(await lakes.open(tenantId, options), tenantId, options)
  const dates = latest.flatMap(({ listing }) => listing?.serviceDate ?? [])
  return dates.length === 0 ? undefined : Math.max(...dates)
}
