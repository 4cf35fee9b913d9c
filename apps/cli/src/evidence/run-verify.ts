import { type Interval, MailtrailError, parseTenantId, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { loadHorizonMs, systemClock } from '@mailtrail/runtime'
import { listTenantIds, type TenantLakes } from '@mailtrail/tenants'
import { exitCodes } from '../exit-codes.ts'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { parseDays } from '../parse-days.ts'
import { createProgressBar, printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from '../tenant/open-registry.ts'
import { type GivenHead, readHeads } from './read-heads.ts'
import { renderFault, renderReport, type TenantReport, verifyJson } from './render-verify.ts'
import { verifyTenant } from './verify-tenant.ts'

export interface VerifyOptions {
  readonly tenant?: string
  readonly all?: boolean
  readonly from?: string
  readonly to?: string
  readonly head?: string
  readonly lake?: string
  readonly json?: boolean
}

/** Objects between two lines of progress where there is no terminal. */
const lineEvery = 10_000

/** Verifies one tenant after the other, and prints each when it is done. */
export async function runVerify(options: VerifyOptions, setExitCode: SetExitCode): Promise<void> {
  const { tenant, head, lake: location, json } = options
  const range = askedDays(options)
  const given = head === undefined ? [] : await readHeads(head)
  await using fleetLake = await openRegistry(location)
  await using lakes = openTenantLakes(fleetLake)
  const tenantIds = tenant === undefined ? await Array.fromAsync(listTenantIds(fleetLake)) : [parseTenantId(tenant)]
  const reports: TenantReport[] = []
  let [faults, found] = [0, 0]
  for (const [index, tenantId] of tenantIds.entries()) {
    const settings = { range, heads: headsOf(given, tenantId), label: `${index + 1}/${tenantIds.length} ${tenantId}` }
    const report = await verifyOrTell({ fleetLake, lakes, tenantId }, settings, tenant !== undefined)
    faults += 'fault' in report ? 1 : 0
    found += 'report' in report ? report.report.findings.length : 0
    if (json) reports.push(report)
    else printData('fault' in report ? renderFault(report) : renderReport(report))
  }
  if (json) printJson(verifyJson(reports, range))
  if (tenantIds.length === 0) say('No tenant is registered.')
  if (faults > 0) setExitCode(exitCodes.partlyDone)
  else if (found > 0) setExitCode(exitCodes.error)
}

interface Verification {
  readonly range: Interval | undefined
  readonly heads: readonly GivenHead[]
  /** What the progress is of. */
  readonly label: string
}

/** Of several tenants, one whose lake cannot be read is told of, and the others are verified. */
async function verifyOrTell(
  { fleetLake, lakes, tenantId }: { readonly fleetLake: ObjectStore; readonly lakes: TenantLakes; readonly tenantId: TenantId },
  { range, heads, label }: Verification,
  isOnly: boolean,
): Promise<TenantReport> {
  const bar = createProgressBar(`Verifying ${label}`, lineEvery)
  const options = { range, heads, horizonMs: loadHorizonMs(process.env), now: systemClock.now(), onObject: bar.step }
  try {
    const lake = await lakes.open(tenantId)
    const { report, alertFault } = await verifyTenant({ fleetLake, lake, tenantId }, options)
    bar.end()
    if (alertFault !== undefined) say(`tenant ${tenantId}: no alert could be raised: ${alertFault}`)
    return { tenantId, report }
  } catch (error) {
    bar.end()
    if (!(error instanceof MailtrailError) || isOnly) throw error
    return { tenantId, fault: { code: error.code, message: error.message } }
  }
}

function askedDays({ from, to }: VerifyOptions): Interval | undefined {
  if (from === undefined && to === undefined) return undefined
  return parseDays({ from, to }, { to: systemClock.now(), from: () => 0 })
}

function headsOf(given: readonly GivenHead[], tenantId: TenantId): GivenHead[] {
  return given.filter((head) => head.tenantId === undefined || head.tenantId === tenantId)
}
