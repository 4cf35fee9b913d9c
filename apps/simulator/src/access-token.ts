import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** What the Activity API checks in a token. */
export interface TokenClaims {
  readonly aud: string
  readonly tid: string
  readonly roles: readonly string[]
  /** Seconds since the epoch, real time: a client's token cache uses the real clock. */
  readonly exp: number
}

export interface TokenAuthority {
  issue(claims: TokenClaims & Readonly<Record<string, unknown>>): string
  /** @returns `undefined` for a token that is not ours, expired, or for another audience */
  verify(token: string, audience: string, nowSeconds: number): TokenClaims | undefined
}

const claimsSchema: z.ZodType<TokenClaims> = z.object({
  aud: z.string(),
  tid: z.string(),
  roles: z.array(z.string()),
  exp: z.number(),
})

export function createTokenAuthority(): TokenAuthority {
  const key = randomBytes(32)
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return {
    issue: (claims) => {
      const text = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`
      return `${text}.${sign(text).toString('base64url')}`
    },
    verify: (token, audience, nowSeconds) => {
      const [header, payload, signature, ...rest] = token.split('.')
      if (!header || !payload || !signature || rest.length > 0) return undefined
      const expected = sign(`${header}.${payload}`)
      const given = Buffer.from(signature, 'base64url')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      const claims = decodeClaims(payload)
      return claims && claims.aud === audience && claims.exp > nowSeconds ? claims : undefined
    },
  }
}

/** Reads a payload without proving who signed it. */
export function decodeClaims(payload: string): TokenClaims | undefined {
  return decodePayload(payload, claimsSchema)
}

export function decodePayload<T>(payload: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
