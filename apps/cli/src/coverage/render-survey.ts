import type { DayOutlook } from '@mailtrail/core'
import type { TenantSurvey } from './survey-tenants.ts'

/** Days with gaps that a line names. */
const namedGaps = 5

/** A line a tenant. */
export function renderSurvey(surveys: readonly TenantSurvey[]): string {
  const head = `${'tenant'.padEnd(36)}  ${row(['whole', 'gaps', 'open'])}  ${'next expiry'.padEnd(20)}  days with gaps`
  return [head, ...surveys.map(formatTenant)].join('\n')
}

/** The survey for programs; what is in it stays. */
export function surveyJson(from: string, to: string, surveys: readonly TenantSurvey[]): object {
  return { schema: 1, from, to, tenants: surveys }
}

function formatTenant({ tenantId, whole, gaps, open, nextExpiry, fault }: TenantSurvey): string {
  if (fault) return `${tenantId}  ${fault.message} [${fault.code}]`
  const named = gaps.slice(0, namedGaps).map(({ date, cause }: DayOutlook) => `${date} ${cause}`)
  const more = gaps.length > namedGaps ? [`${gaps.length - namedGaps} more`] : []
  const counts = row([whole, gaps.length, open.length].map(String))
  return `${tenantId}  ${counts}  ${(nextExpiry?.replace(/\.\d+Z$/, 'Z') ?? '').padEnd(20)}  ${[...named, ...more].join(', ')}`.trimEnd()
}

function row(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(5)).join('  ')
}
