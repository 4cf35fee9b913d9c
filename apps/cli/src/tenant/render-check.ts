import { isoSeconds } from '@mailtrail/core'
import { type CheckReport, type CheckState, checkStates, worstState } from '@mailtrail/tenants'

/** One report for a person: a line a prerequisite, what mends it below. */
export function renderCheck(report: CheckReport): string {
  const lines = report.checks.flatMap(({ check, state, detail, code, fix }) => [
    `${check.padEnd(13)} ${state.padEnd(8)} ${detail}${code === undefined ? '' : ` [${code}]`}`,
    ...(fix === undefined ? [] : [`${' '.repeat(23)}fix: ${fix}`]),
  ])
  return [`${report.tenantId}  ${report.cloud}  checked ${isoSeconds(report.at)}`, ...lines].join('\n')
}

/** One report among many: the worst state, and what is not ok. */
export function renderCheckLine(report: CheckReport): string {
  const noted = report.checks.filter(({ state }) => state !== 'ok')
  const worst = worstState(report)
  const notes = noted.map(({ check, state, code }) => [check, state === worst ? undefined : state, code].filter(Boolean).join(' '))
  return `${report.tenantId}  ${worst.padEnd(8)} ${notes.join(', ')}`.trimEnd()
}

export function checkToJson(report: CheckReport): object {
  const { tenantId, cloud, at, checks } = report
  return { tenantId, cloud, at: new Date(at).toISOString(), state: worstState(report), checks }
}

/** How many reports are of each state, the worst first. */
export function summariseChecks(reports: readonly CheckReport[], errors: number): string {
  const count = (state: CheckState): number => reports.filter((report) => worstState(report) === state).length
  const counted = checkStates.toReversed().flatMap((state) => (count(state) > 0 ? [`${count(state)} ${state}`] : []))
  const parts = [...(errors > 0 ? [`${errors} not checked`] : []), ...counted]
  return `${reports.length + errors} tenants: ${parts.join(', ') || 'none'}`
}
