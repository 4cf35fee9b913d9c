import { MailtrailError } from '@mailtrail/core'

/** What the exit code tells a script. */
export const exitCodes = { ok: 0, error: 1, usage: 2, partlyDone: 3, auth: 4, tryLater: 5, incomplete: 6 } as const

const usageCodes = new Set([
  'CONFIG_INVALID',
  'LAKE_LOCATION_INVALID',
  'TENANT_ID_INVALID',
  'ADDRESS_RANGE_INVALID',
  'TIME_INVALID',
  'DEAD_LETTER_UNKNOWN',
  'REDIS_NOT_CONFIGURED',
  'CLOUD_UNKNOWN',
  'EXPORT_MISSING',
  'DEMO_FOLDER_USED',
  'REDIS_INSECURE',
  'REDIS_SECRET_UNAVAILABLE',
  'REDIS_URL_INVALID',
  'ALERT_DESTINATION_INVALID',
  'TENANT_INVALID',
  'CONSENT_ANSWER_INVALID',
  'CONSENT_APP_MISSING',
  'TENANT_APP_MISSING',
  'MASTER_KEY_INVALID',
  'CLIENT_LIST_INVALID',
  'IMPORT_PLAN_INVALID',
  'BACKFILL_IMPOSSIBLE',
  'NOT_CONFIRMED',
  'SECRET_EMPTY',
  'EVIDENCE_HEAD_INVALID',
  'HEALTH_ADDRESS_UNUSABLE',
])
const authCodes = new Set([
  'ACTIVITY_API_LOGIN_FAILED',
  'ACTIVITY_API_CONSENT_MISSING',
  'ACTIVITY_API_ACCESS_BLOCKED',
  'SECRET_UNAVAILABLE',
  'SEALED_SECRET_INVALID',
  'LAKE_ACCESS_DENIED',
])

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof MailtrailError)) return exitCodes.error
  if (usageCodes.has(error.code) || error.code.startsWith('QUESTION_')) return exitCodes.usage
  if (authCodes.has(error.code) || error.code.startsWith('CONSENT_')) return exitCodes.auth
  return error.retry.again ? exitCodes.tryLater : exitCodes.error
}
