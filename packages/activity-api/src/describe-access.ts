import { type Abortable, parseTenantId, secondMs, type TenantId } from '@mailtrail/core'
import { z } from 'zod'
import { ActivityApiError } from './activity-api-error.ts'
import { parseJson } from './parse-json.ts'
import type { Session } from './session.ts'

/** What the token service grants the app in the tenant, as its token says. */
export interface Access {
  /** The tenant the token is for, which the API compares with the one in the address. */
  readonly tenantId: TenantId
  /** The application permissions that were consented to; the feed needs `ActivityFeed.Read`. */
  readonly roles: readonly string[]
  /** The API the token is for. */
  readonly audience: string
  /** In ms since the epoch. */
  readonly expiresAt: number
  /** The credential that was taken, by its place in the options. */
  readonly credential: number
}

const claims: z.ZodType<Omit<Access, 'credential'>> = z
  .object({
    tid: z.string().transform(parseTenantId),
    roles: z.array(z.string()).default([]),
    aud: z.string(),
    exp: z.number(),
  })
  .transform(({ tid, roles, aud, exp }) => ({ tenantId: tid, roles, audience: aud, expiresAt: exp * secondMs }))

/**
 * Reads a new token, so that it tells of the consent there is now. Its signature is not checked: that is the API's to do, and the token came
 * from the login host itself.
 */
export async function describeAccess({ options, tokens }: Session, { signal }: Abortable = {}): Promise<Access> {
  const { token, credential } = await tokens.renew({ signal })
  const read = readClaims(token)
  if (read) return { ...read, credential }
  const detail = 'Its token is none that can be read.'
  throw new ActivityApiError('ACTIVITY_API_RESPONSE_INVALID', { tenantId: options.tenantId, operation: 'login', detail })
}

/** What a claim that cannot be read holds is nobody's business, so the reason stays out. */
function readClaims(token: string): Omit<Access, 'credential'> | undefined {
  try {
    return claims.parse(parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url')))
  } catch {
    return undefined
  }
}
