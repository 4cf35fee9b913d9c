import { type Interval, isoSeconds, type TenantId, utcDate } from '@mailtrail/core'
import type { Anchor, EvidenceReport, Finding } from '@mailtrail/lake'

/** What was found of a tenant, or why its lake could not be read. */
export type TenantReport =
  | { readonly tenantId: TenantId; readonly report: EvidenceReport }
  | { readonly tenantId: TenantId; readonly fault: { readonly code: string; readonly message: string } }

/** A line a finding, then what was looked at. */
export function renderReport({ tenantId, report }: Extract<TenantReport, { report: unknown }>): string {
  const { findings, findingsLeftOut, entries, folds, tombstones, objects, bytes, retired, awaiting, untold, present, anchor } = report
  const left = findingsLeftOut > 0 ? [`${findingsLeftOut} more findings are not named.`] : []
  const found = findings.length + findingsLeftOut
  const verdict = found === 0 ? 'whole' : `${found} finding${found === 1 ? '' : 's'}`
  const looked = `${entries} entries, ${folds} folds, ${tombstones} tombstones, ${objects} objects (${bytes} bytes) verified, ${retired} retired`
  const waiting = awaiting > 0 ? [`  ${awaiting} raw objects are of contents that may not be listed yet`] : []
  const unclear = untold > 0 ? [`  of ${untold} raw objects that nothing names nobody can tell before the ledger is whole`] : []
  const reach = present === undefined ? 'its ledger is empty' : `its ledger reaches to ${isoSeconds(present)}`
  return [
    ...findings.map(formatFinding),
    ...left,
    `tenant ${tenantId}: ${verdict}`,
    `  ${looked}; ${reach}`,
    ...waiting,
    ...unclear,
    `  ${formatAnchor(anchor)}`,
  ].join('\n')
}

export function renderFault({ tenantId, fault }: Extract<TenantReport, { fault: unknown }>): string {
  return `tenant ${tenantId}: not verified: ${fault.message} [${fault.code}]`
}

/** The reports for programs; what is in it stays. */
export function verifyJson(reports: readonly TenantReport[], range: Interval | undefined): object {
  const tenants = reports.map((entry) => {
    if ('fault' in entry) return entry
    const { present, ...report } = entry.report
    return { tenantId: entry.tenantId, ...report, present: present === undefined ? null : isoSeconds(present) }
  })
  return { schema: 1, from: range ? utcDate(range.from) : null, to: range ? utcDate(range.to) : null, tenants }
}

function formatFinding({ what, key, namedBy, meaning }: Finding): string {
  return `${what}: ${key} (by ${namedBy}). ${meaning}`
}

function formatAnchor({ state, heads, vouched, unvouched }: Anchor): string {
  if (state === 'unanchored')
    return 'unanchored: no head was given. Who may write to this lake may have written all of it anew (docs/evidence.md).'
  const later = unvouched === 0 ? '' : `; ${unvouched} were made after them`
  return `${state}: ${heads} published head${heads === 1 ? '' : 's'} found, which vouch for ${vouched} folds${later}`
}
