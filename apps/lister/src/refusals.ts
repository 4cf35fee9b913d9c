import { type ActivityApi, ActivityApiError } from '@mailtrail/activity-api'
import { consentRevokedAlert, raiseAlert } from '@mailtrail/alerts'
import { dayMs, MailtrailError, type TenantId } from '@mailtrail/core'
import type { TenantBrakes } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import type { TenantApis, TenantLakes } from '@mailtrail/tenants'
import { lastListing, type Subscriptions } from './subscriptions.ts'

/** Whose call was refused, and for which part of the feed. */
interface RefusedCall {
  readonly tenantId: TenantId
  readonly contentType: string
  /** Undefined when it could not even be opened. */
  readonly api: ActivityApi | undefined
}

export interface RefusalDeps {
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly apis: Pick<TenantApis, 'noteFailure'>
  readonly subscriptions: Subscriptions
  readonly brakes: TenantBrakes
  readonly clock: Pick<Clock, 'now'>
}

/**
 * Draws the consequences of a failed call for its tenant: a lost subscription becomes part of its history, a revoked consent an alert, a credential is
 * read anew, and what refuses all of it holds it back.
 *
 * @returns what the job is to fail with
 */
export async function noteRefusal(deps: RefusalDeps, { tenantId, contentType, api }: RefusedCall, error: unknown): Promise<unknown> {
  const { apis, subscriptions, brakes, clock } = deps
  const code = error instanceof MailtrailError ? error.code : undefined
  if (api && code === 'ACTIVITY_API_SUBSCRIPTION_MISSING') await subscriptions.lost(tenantId, contentType, api, 'missing')
  if (api && code === 'ACTIVITY_API_SUBSCRIPTION_DISABLED') await subscriptions.lost(tenantId, contentType, api, 'disabled')
  if (error instanceof ActivityApiError && code === 'ACTIVITY_API_CONSENT_MISSING') await tellOfConsent(deps, tenantId, contentType, error)
  apis.noteFailure(tenantId, error)
  return brakes.hold(tenantId, error, clock.now())
}

/** The notifier finds the alert in the lake. Its id is that of the last time the app was let in, so that one revocation is one alert. */
async function tellOfConsent(
  { lakes, clock }: RefusalDeps,
  tenantId: TenantId,
  contentType: string,
  error: ActivityApiError,
): Promise<void> {
  const lake = await lakes.open(tenantId)
  const now = clock.now()
  const since = (await lastListing(lake, tenantId, contentType, now)) ?? Math.floor(now / dayMs) * dayMs
  await raiseAlert(lake, consentRevokedAlert(tenantId, { since, vendorCode: error.vendorCode }, now))
}
