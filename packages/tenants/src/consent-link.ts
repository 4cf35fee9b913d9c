import type { Cloud } from '@mailtrail/activity-api'
import { type ConsentRequest, signConsentState } from './consent-state.ts'

export interface ConsentLinkOptions {
  /** Where the administrator's browser ends; registered with the app. */
  readonly redirectUri: string
  readonly masterKey: Uint8Array
  /** UTC milliseconds. */
  readonly now: number
}

/**
 * The address at which an administrator of a tenant lets the app read its feed. Application permissions are consented to as `/.default`, and
 * at the tenant or `organizations`, never `common`.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function consentLink(
  cloud: Cloud,
  request: Omit<ConsentRequest, 'cloud'>,
  { redirectUri, masterKey, now }: ConsentLinkOptions,
): URL {
  const url = new URL(`/${request.tenantId ?? 'organizations'}/v2.0/adminconsent`, cloud.loginHost)
  url.search = new URLSearchParams({
    client_id: request.clientId,
    scope: `${cloud.resource}/.default`,
    redirect_uri: redirectUri,
    state: signConsentState({ ...request, cloud: cloud.name }, masterKey, now),
  }).toString()
  return url
}
