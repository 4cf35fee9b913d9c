import type { CheckFailure } from './check-facts.ts'
import type { CheckName } from './check-report.ts'

/** Which prerequisite a refused sign-in speaks of, in words of our own. */
export interface SignInRefusal {
  readonly check: Extract<CheckName, 'credential' | 'consent' | 'tenant'>
  readonly detail: string
}

/**
 * What the token service's codes say. Of one it does not list, the app's credential is blamed, like of a refusal without any.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const byVendorCode: Readonly<Record<string, SignInRefusal>> = {
  AADSTS7000215: { check: 'credential', detail: 'the client secret is wrong' },
  AADSTS7000216: { check: 'credential', detail: 'the token service saw no secret and no assertion' },
  AADSTS7000222: { check: 'credential', detail: 'the client secret has expired' },
  AADSTS700027: { check: 'credential', detail: 'the certificate is not registered with the app, or has expired' },
  AADSTS65001: { check: 'consent', detail: 'nobody has consented to the app' },
  AADSTS65004: { check: 'consent', detail: 'an administrator declined' },
  AADSTS650051: { check: 'consent', detail: 'the app asks for a permission that no longer exists' },
  AADSTS700016: {
    check: 'consent',
    detail: 'the app is not in the tenant: consent was never given or was revoked, or the client id is wrong',
  },
  AADSTS7000229: { check: 'consent', detail: 'the app is not in the tenant: consent was never given or was revoked' },
  AADSTS7000112: { check: 'consent', detail: 'the app was disabled in the tenant' },
  AADSTS90002: { check: 'tenant', detail: 'this cloud has no such tenant' },
  AADSTS900382: { check: 'tenant', detail: 'the app and the tenant are in different clouds' },
  AADSTS500011: { check: 'tenant', detail: 'the tenant does not have this API: it may be of another cloud' },
}

/** Undefined for a failure that is no refusal: the service was not reached, or is throttling. */
export function readRefusal({ code, vendorCode }: CheckFailure): SignInRefusal | undefined {
  const known = vendorCode === undefined ? undefined : byVendorCode[vendorCode]
  if (known) return known
  if (code === 'ACTIVITY_API_CONSENT_MISSING') return { check: 'consent', detail: 'the app may not read the feed' }
  return code === 'ACTIVITY_API_LOGIN_FAILED' ? { check: 'credential', detail: 'the token service refused the app' } : undefined
}
