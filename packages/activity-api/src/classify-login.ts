import { z } from 'zod'
import type { ActivityApiErrorCode } from './error-codes.ts'

/** What the token service says about a refusal; its description stays out, for it may quote the request. */
export interface LoginError {
  readonly json: boolean
  /** Such as `AADSTS7000215`. */
  readonly vendorCode: string | undefined
}

const loginError: z.ZodType<{
  error_codes: number[]
  error_description: string
}> = z.object({ error_codes: z.array(z.number()).catch([]), error_description: z.string().catch('') })

export function readLoginError(json: unknown): LoginError {
  const parsed = loginError.safeParse(json)
  if (!parsed.success) return { json: json !== undefined, vendorCode: undefined }
  const { error_codes, error_description } = parsed.data
  const vendorCode = error_codes[0] === undefined ? /AADSTS\d+/.exec(error_description)?.[0] : `AADSTS${error_codes[0]}`
  return { json: true, vendorCode }
}

/** Consent lies with the tenant, the rest of the refusals with who registered the app. */
export function classifyLogin(status: number, { json, vendorCode }: LoginError): ActivityApiErrorCode {
  if (vendorCode === 'AADSTS650051' || vendorCode === 'AADSTS65004') return 'ACTIVITY_API_CONSENT_MISSING'
  if (status === 408 || status === 429 || status === 503) return 'ACTIVITY_API_THROTTLED'
  if (status >= 500 || !json) return 'ACTIVITY_API_UNAVAILABLE'
  return status >= 400 ? 'ACTIVITY_API_LOGIN_FAILED' : 'ACTIVITY_API_RESPONSE_INVALID'
}
