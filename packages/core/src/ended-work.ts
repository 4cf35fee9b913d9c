import { MailtrailError } from './errors.ts'

/** How one job failed: a code and our own words, never those of an unexpected error, which may quote a record. */
export interface WorkFailure {
  readonly code: string
  readonly message: string
  /** UTC milliseconds. */
  readonly at: number
}

/** Jobs for one piece of work that ended without doing it. */
export interface EndedWork {
  readonly first: WorkFailure
  readonly last: WorkFailure
  /** How many jobs ended, and how often they tried. */
  readonly jobs: number
  readonly attempts: number
}

/** What refuses all work of a tenant, or of the fleet, however permanently: a credential, a registration, a location, a setting. */
const sharedCauses =
  /^(TENANT|SECRET|SEALED_SECRET|MASTER_KEY|CLOUD|CONFIG|SUBSCRIPTION|REDIS)_|^ACTIVITY_API_(CONSENT|ACCESS|TENANT|LOGIN|AUDITING|SUBSCRIPTION)_|^LAKE_(LOCATION|ACCESS|BUCKET)_|^ALERT_DESTINATION_|^LISTING_TOO_EARLY$/

/** Of the system, such as a full disk or a broken connection; `ERR_…` is a bug. */
const systemCode = /^E(?!RR_)[A-Z0-9]+$/

/**
 * Whether the work itself is to blame, so that it fails every time: what cannot be repeated and is not refused for all work alike, and what nobody
 * expected. Everything else may pass.
 */
export function isOwnFault(error: unknown): boolean {
  if (error instanceof MailtrailError) return !error.retry.again && !sharedCauses.test(error.code)
  if (!(error instanceof Error) || error.name === 'AbortError' || error.name === 'TimeoutError') return false
  return !('code' in error && systemCode.test(String(error.code)))
}

/** @param at - UTC milliseconds */
export function failureOf(error: unknown, at: number): WorkFailure {
  if (error instanceof MailtrailError) return { code: error.code, message: error.message, at }
  const name = error instanceof Error ? error.name : 'unknown'
  return { code: 'UNEXPECTED', message: `${name}: not expected, a bug. The log of that time has its place in the sources.`, at }
}
