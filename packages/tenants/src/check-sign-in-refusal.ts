import type { CheckFailure } from './check-facts.ts'
import type { CheckName } from './check-report.ts'

/** Which prerequisite a refused sign-in speaks of, in words of our own. */
export interface SignInRefusal {
  readonly check: Extract<CheckName, 'credential' | 'consent' | 'tenant'>
  readonly detail: string
}

const blocked = 'the tenant blocks the app: it was disabled there, or a policy of conditional access refuses it'

/**
 * What the token service's codes say; of others our own word for them decides.
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
  AADSTS7000112: { check: 'consent', detail: blocked },
  AADSTS90002: { check: 'tenant', detail: 'this cloud has no such tenant' },
  AADSTS900382: { check: 'tenant', detail: 'the app and the tenant are in different clouds' },
  AADSTS500011: { check: 'tenant', detail: 'the tenant does not have this API: it may be of another cloud' },
}

const byCode: Readonly<Record<string, SignInRefusal>> = {
  ACTIVITY_API_CONSENT_MISSING: { check: 'consent', detail: 'the app may not read the feed' },
  ACTIVITY_API_ACCESS_BLOCKED: { check: 'consent', detail: blocked },
  ACTIVITY_API_TENANT_UNKNOWN: { check: 'tenant', detail: 'this cloud does not know the tenant, or the tenant not this API' },
  ACTIVITY_API_REQUEST_INVALID: {
    check: 'tenant',
    detail: "the login does not know the API that is asked for: the cloud's resource may be wrong",
  },
  ACTIVITY_API_LOGIN_FAILED: { check: 'credential', detail: 'the token service refused the credential' },
}

/** Undefined for a failure that is no refusal: the service was not reached, or is throttling. */
export function readRefusal({ code, vendorCode = '' }: CheckFailure): SignInRefusal | undefined {
  return byVendorCode[vendorCode] ?? byCode[code]
}
