import {
  type Abortable,
  type CoverageEvidence,
  type CoverageInterval,
  defaultHorizonMs,
  evidenceSpan,
  type Interval,
  mailContentType,
  type TenantId,
  tenantCoverage,
} from '@mailtrail/core'
import { type ObjectStore, readLatestEntries, readLedger } from '@mailtrail/lake'
import { readHistory, readRetiredRaw } from '@mailtrail/tenants'
import { openTenantLakes } from '../open-tenant-lakes.ts'

export interface ReadCoverageOptions extends Abortable {
  readonly horizonMs?: number
}

/** How complete the record of `range` in event time is, from the tenant's ledger and history. */
export async function readCoverage(
  fleetLake: ObjectStore,
  tenantId: TenantId,
  range: Interval,
  options?: ReadCoverageOptions,
): Promise<CoverageInterval[]> {
  return tenantCoverage(await readCoverageEvidence(fleetLake, tenantId, range, options), range)
}

/** What the ledger and the history of the tenant hold about `range` in event time. */
export async function readCoverageEvidence(
  fleetLake: ObjectStore,
  tenantId: TenantId,
  range: Interval,
  { horizonMs = defaultHorizonMs, ...options }: ReadCoverageOptions = {},
): Promise<CoverageEvidence> {
  await using lakes = openTenantLakes(fleetLake)
  const lake = await lakes.open(tenantId, options)
  const history = await readHistory(fleetLake, tenantId, options)
  const entries = await readLedger(lake, tenantId, evidenceSpan(range, horizonMs), options)
  // The latest service date in the ledger is the present, however long after the range.
  const latest = await readLatestEntries(lake, tenantId, options)
  const retired = await readRetiredRaw(fleetLake, tenantId, options)
  const retiredBefore = retired === undefined ? undefined : Date.parse(retired)
  return { contentType: mailContentType, history, entries: [...entries, ...latest], horizonMs, retiredBefore }
}
