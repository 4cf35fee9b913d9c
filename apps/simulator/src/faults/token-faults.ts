import { z } from 'zod'
import { decodePayload } from '../access-token.ts'
import { type Answer, gatewayPage, jsonAnswer } from '../answer.ts'
import { bearerToken } from '../feed-access.ts'
import { tokenRefusal } from '../token-refusal.ts'
import { collectorsGap, type FaultCall, type FaultDefinition, feedOperations } from './fault-definition.ts'

/** The token endpoint refuses, or hands out tokens that do not serve. */
export const tokenFaults: readonly FaultDefinition[] = [
  refusal('token-app-unknown', 400, 'unauthorized_client', 700016, 'the application is not in the directory'),
  refusal('token-secret-wrong', 401, 'invalid_client', 7000215, 'the client secret is wrong'),
  refusal('token-secret-expired', 401, 'invalid_client', 7000222, 'the client secret has expired'),
  refusal('token-assertion-invalid', 401, 'invalid_client', 700027, 'the certificate of the assertion is not registered'),
  refusal('token-consent-missing', 400, 'invalid_grant', 65001, 'nobody has consented to the application'),
  refusal('token-consent-stale', 400, 'invalid_client', 650051, 'the application asks for a permission that no longer exists'),
  refusal('token-tenant-unknown', 400, 'invalid_request', 90002, 'the tenant is not found'),
  {
    ...tokenFault('token-throttled', 'the token endpoint answers 429 with Retry-After', 'inferred'),
    parameters: { seconds: 2 },
    acts: 'answer',
    answer: ({ parameters }) => jsonAnswer(429, { error: 'temporarily_unavailable' }, { 'Retry-After': String(parameters.seconds) }),
  },
  {
    ...tokenFault('token-unavailable', 'the token endpoint answers 503', 'inferred'),
    acts: 'answer',
    answer: () => gatewayPage(503),
  },
  {
    ...tokenFault('token-without-role', 'tokens come without ActivityFeed.Read; the feed answers AF10001', 'reference'),
    acts: 'change',
    change: (answer, call) => reissue(answer, call, () => ({ roles: [] })),
  },
  {
    ...tokenFault('token-expires-early', 'tokens expire some seconds of real time after their issue, earlier than they say', 'inferred'),
    parameters: { seconds: 5 },
    ends: { passing: 'whole', lasting: 'whole' },
    acts: 'change',
    change: (answer, call) => reissue(answer, call, ({ iat }) => ({ exp: iat + call.parameters.seconds })),
  },
  {
    name: 'token-refused-once',
    operations: feedOperations,
    meaning: 'the first token that comes is refused with 401 for good, the ones after it are taken',
    source: 'reference; elastic/beats',
    ends: { passing: 'whole', lasting: 'whole' },
    acts: 'answer',
    answer: ({ request, memory }) => {
      const token = bearerToken(request)
      if (token !== undefined && !memory.has('refused')) memory.set('refused', token)
      return token === memory.get('refused') ? jsonAnswer(401, { Message: 'Authorization has been denied for this request.' }) : undefined
    },
  },
]

function tokenFault(
  name: string,
  meaning: string,
  source: string,
): Pick<FaultDefinition, 'name' | 'operations' | 'meaning' | 'source' | 'ends'> {
  return { name, operations: ['token'], meaning, source, ends: collectorsGap }
}

function refusal(name: string, status: number, error: string, code: number, meaning: string): FaultDefinition {
  return {
    ...tokenFault(name, `${meaning} (AADSTS${code})`, 'Entra error codes'),
    acts: 'answer',
    answer: () => tokenRefusal(status, error, code, `${meaning[0]?.toUpperCase()}${meaning.slice(1)}.`),
  }
}

const issued = z.object({ access_token: z.string() }).loose()
const claimsOfToken = z.object({ aud: z.string(), tid: z.string(), roles: z.array(z.string()), exp: z.number(), iat: z.number() }).loose()
type IssuedClaims = z.infer<typeof claimsOfToken>

/** Replaces the token in a good answer by one with other claims. */
function reissue(answer: Answer, { simulation }: FaultCall, change: (claims: IssuedClaims) => object): Answer | undefined {
  if (answer.status !== 200) return undefined
  const reply = issued.safeParse(JSON.parse(String(answer.body))).data
  const claims = reply && decodePayload(reply.access_token.split('.')[1] ?? '', claimsOfToken)
  if (!claims) return undefined
  return { ...answer, body: JSON.stringify({ ...reply, access_token: simulation.tokens.issue({ ...claims, ...change(claims) }) }) }
}
