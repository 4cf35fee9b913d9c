import { z } from 'zod'
import type { ActivityApiErrorCode } from './error-codes.ts'

/** What the token service says about a refusal; its description stays out, for it may quote the request. */
export interface LoginError {
  readonly json: boolean
  /** Such as `AADSTS7000215`. */
  readonly vendorCode: string | undefined
  /** The word of OAuth, such as `invalid_client`. It is the same for a wrong secret and a missing consent, so the code goes first. */
  readonly word: string | undefined
}

const text: z.ZodType<string> = z.string().catch('')
const loginError: z.ZodType<{ error: string; error_codes: number[]; error_description: string }> = z.object({
  error: text,
  error_codes: z.array(z.number()).catch([]),
  error_description: text,
})

export function readLoginError(json: unknown): LoginError {
  const parsed = loginError.safeParse(json)
  if (!parsed.success) return { json: json !== undefined, vendorCode: undefined, word: undefined }
  const { error, error_codes, error_description } = parsed.data
  const vendorCode = error_codes[0] === undefined ? /AADSTS\d+/.exec(error_description)?.[0] : `AADSTS${error_codes[0]}`
  return { json: true, vendorCode, word: error }
}

/**
 * Refusals that are not the credential's. What is not named here is, which is where new codes of a refused secret or certificate belong.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const byVendorCode: ReadonlyMap<string, ActivityApiErrorCode> = new Map([
  // The app has no standing in the tenant: nobody consented, or its enterprise application was deleted there.
  ['AADSTS65001', 'ACTIVITY_API_CONSENT_MISSING'],
  ['AADSTS65004', 'ACTIVITY_API_CONSENT_MISSING'],
  ['AADSTS650051', 'ACTIVITY_API_CONSENT_MISSING'],
  ['AADSTS700016', 'ACTIVITY_API_CONSENT_MISSING'],
  ['AADSTS7000229', 'ACTIVITY_API_CONSENT_MISSING'],
  // The app is switched off there.
  ['AADSTS7000112', 'ACTIVITY_API_ACCESS_BLOCKED'],
  // No such tenant in this cloud, or one without the API, as where a cloud's resource is not the tenant's. A revoked consent looks otherwise.
  ['AADSTS90002', 'ACTIVITY_API_TENANT_UNKNOWN'],
  ['AADSTS900023', 'ACTIVITY_API_TENANT_UNKNOWN'],
  ['AADSTS90038', 'ACTIVITY_API_TENANT_UNKNOWN'],
  ['AADSTS500011', 'ACTIVITY_API_TENANT_UNKNOWN'],
  ['AADSTS650052', 'ACTIVITY_API_TENANT_UNKNOWN'],
  ['AADSTS90024', 'ACTIVITY_API_THROTTLED'],
  ['AADSTS90055', 'ACTIVITY_API_THROTTLED'],
  ['AADSTS90033', 'ACTIVITY_API_UNAVAILABLE'],
])

const byWord: ReadonlyMap<string, ActivityApiErrorCode> = new Map([
  ['consent_required', 'ACTIVITY_API_CONSENT_MISSING'],
  ['unauthorized_client', 'ACTIVITY_API_CONSENT_MISSING'],
  ['access_denied', 'ACTIVITY_API_ACCESS_BLOCKED'],
  ['invalid_tenant', 'ACTIVITY_API_TENANT_UNKNOWN'],
  ['invalid_resource', 'ACTIVITY_API_REQUEST_INVALID'],
  ['invalid_scope', 'ACTIVITY_API_REQUEST_INVALID'],
  ['temporarily_unavailable', 'ACTIVITY_API_UNAVAILABLE'],
])

/** Consent lies with the tenant, the credential with who registered the app: `ACTIVITY_API_LOGIN_FAILED` says that another may be taken. */
export function classifyLogin(status: number, { json, vendorCode = '', word = '' }: LoginError): ActivityApiErrorCode {
  const known = byVendorCode.get(vendorCode)
  if (known) return known
  // Policies of conditional access are a family.
  if (/^AADSTS53\d{3,4}$/.test(vendorCode)) return 'ACTIVITY_API_ACCESS_BLOCKED'
  if (status === 408 || status === 429 || status === 503) return 'ACTIVITY_API_THROTTLED'
  if (status >= 500 || !json) return 'ACTIVITY_API_UNAVAILABLE'
  if (status < 400) return 'ACTIVITY_API_RESPONSE_INVALID'
  return byWord.get(word) ?? 'ACTIVITY_API_LOGIN_FAILED'
}

/** What to look at, where the meaning of our own word leaves a doubt. */
export function hintOfLogin(vendorCode: string | undefined): string | undefined {
  if (vendorCode === 'AADSTS700016') return 'If no tenant takes the app, check its client id.'
  if (vendorCode === 'AADSTS500011') return 'It may also be that the cloud asks for another resource than the tenant has.'
  return vendorCode === 'AADSTS700024' ? 'The times of the assertion are refused: check the clock of this machine.' : undefined
}
