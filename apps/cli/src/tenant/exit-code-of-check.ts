import { type CheckReport, needsAttention } from '@mailtrail/tenants'
import { exitCodes } from '../exit-codes.ts'

/** What will be the same in an hour, though it is the service that could not be asked. */
const lastingCodes = new Set(['ACTIVITY_API_TLS_UNTRUSTED', 'ACTIVITY_API_FOREIGN_HOST', 'CLOUD_UNKNOWN', 'TENANT_APP_MISSING'])

/** 0 when all is well or only waits, 4 for consent and credentials, 5 for a service that is down or throttles, 1 for anything else. */
export function exitCodeOfCheck(report: Pick<CheckReport, 'checks'>): number {
  if (!needsAttention(report)) return exitCodes.ok
  const failed = report.checks.filter(({ state }) => state === 'failed')
  if (failed.some(({ check }) => check === 'credential' || check === 'consent')) return exitCodes.auth
  const isPassing = failed.some(({ check, code = '' }) => check === 'budget' || (check === 'service' && !lastingCodes.has(code)))
  return isPassing ? exitCodes.tryLater : exitCodes.error
}
