import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { raiseVerifyFailed } from '@mailtrail/alerts'
import { type Abortable, type Interval, MailtrailError, type TenantId } from '@mailtrail/core'
import { areItemsIntact } from '@mailtrail/investigation'
import { digestOfFindings, type EvidenceReport, type Finding, type ObjectStore, type PublishedHead, verifyEvidence } from '@mailtrail/lake'
import { readHistory, readKeptOperations } from '@mailtrail/tenants'

export interface VerifyTenantOptions extends Abortable {
  readonly range?: Interval | undefined
  readonly heads: readonly PublishedHead[]
  readonly horizonMs: number
  /** When an alert is raised, UTC milliseconds. */
  readonly now: number
  readonly onObject?: (total: number) => void
}

export interface VerifiedTenant {
  readonly report: EvidenceReport
  /** Why no alert could be raised: who may only read can verify all the same. */
  readonly alertFault?: string
}

/** Verifies one tenant's lake, and raises an alert into it when something is found that none was raised for. */
export async function verifyTenant(
  { fleetLake, lake, tenantId }: { readonly fleetLake: ObjectStore; readonly lake: ObjectStore; readonly tenantId: TenantId },
  { range, heads, horizonMs, now, onObject, signal }: VerifyTenantOptions,
): Promise<VerifiedTenant> {
  const history = await readHistory(fleetLake, tenantId, { signal })
  const operations = await readKeptOperations(fleetLake, { signal })
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-verify-'))
  try {
    const options = { tenantId, history, operations: [...operations], horizonMs, range, heads, folder, areItemsIntact, onObject, signal }
    const report = await verifyEvidence(lake, options)
    if (report.findings.length === 0) return { report }
    try {
      await raiseVerifyFailed(lake, tenantId, alertData(report), now, { signal })
      return { report }
    } catch (error) {
      if (!(error instanceof MailtrailError)) throw error
      return { report, alertFault: `${error.message} [${error.code}]` }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function alertData({ findings, findingsLeftOut }: EvidenceReport): Parameters<typeof raiseVerifyFailed>[2] {
  const count = (what: Finding['what']): number => findings.filter((finding) => finding.what === what).length
  return {
    findings: findings.length + findingsLeftOut,
    altered: count('altered'),
    missing: count('missing'),
    unrecorded: count('unrecorded'),
    headsNotInChain: count('head not in the chain'),
    findingsSha256: digestOfFindings(findings),
  }
}
