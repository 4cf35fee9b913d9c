import type { ActivityApi } from '@mailtrail/activity-api'
import { MailtrailError, type TenantId } from '@mailtrail/core'
import type { TenantBrakes } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import type { TenantApis } from '@mailtrail/tenants'
import type { Subscriptions } from './subscriptions.ts'

/** Whose call was refused, and for which part of the feed. */
interface RefusedCall {
  readonly tenantId: TenantId
  readonly contentType: string
  /** Undefined when it could not even be opened. */
  readonly api: ActivityApi | undefined
}

export interface RefusalDeps {
  readonly apis: Pick<TenantApis, 'forget'>
  readonly subscriptions: Subscriptions
  readonly brakes: TenantBrakes
  readonly clock: Pick<Clock, 'now'>
}

/**
 * Draws the consequences of a failed call for its tenant: a lost subscription becomes part of its history, a credential is read anew, and what refuses
 * all of it holds it back.
 *
 * @returns what the job is to fail with
 */
export async function noteRefusal(deps: RefusalDeps, { tenantId, contentType, api }: RefusedCall, error: unknown): Promise<unknown> {
  const { apis, subscriptions, brakes, clock } = deps
  const code = error instanceof MailtrailError ? error.code : undefined
  if (api && code === 'ACTIVITY_API_SUBSCRIPTION_MISSING') await subscriptions.lost(tenantId, contentType, api, 'missing')
  if (api && code === 'ACTIVITY_API_SUBSCRIPTION_DISABLED') await subscriptions.lost(tenantId, contentType, api, 'disabled')
  // The credential may have been replaced since it was read.
  if (code === 'ACTIVITY_API_LOGIN_FAILED' || code === 'ACTIVITY_API_CONSENT_MISSING') apis.forget(tenantId)
  const isHeld = await brakes.hold(tenantId, error, clock.now())
  // The scheduler asks again once the brake allows it; the job itself has nothing to wait for.
  return isHeld && error instanceof MailtrailError ? new MailtrailError(error.code, error.message, { cause: error }) : error
}
