import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { decodePayload } from '../access-token.ts'
import { type Answer, jsonAnswer, type SimulatorRequest } from '../answer.ts'
import type { Route } from '../route.ts'
import { findTenant, type Simulation } from '../simulation.ts'
import { tokenRefusal } from '../token-refusal.ts'
import type { SimulatedTenant } from '../world.ts'

const lifeSeconds = 3599

/** The v1 and v2 token endpoints, for client credentials only. */
export const tokenRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/(?<tenant>[^/]+)\/oauth2\/token$/,
    operation: 'token',
    handle: (simulation, request, { tenant = '' }) => answerTokenRequest(simulation, request, tenant, 'v1'),
  },
  {
    method: 'POST',
    path: /^\/(?<tenant>[^/]+)\/oauth2\/v2\.0\/token$/,
    operation: 'token',
    handle: (simulation, request, { tenant = '' }) => answerTokenRequest(simulation, request, tenant, 'v2'),
  },
]

function answerTokenRequest(simulation: Simulation, request: SimulatorRequest, tenantId: string, version: 'v1' | 'v2'): Answer {
  const form = new URLSearchParams(request.body)
  const tenant = findTenant(simulation, tenantId)
  if (!tenant) return tokenRefusal(400, 'invalid_request', 90002, `Tenant '${tenantId}' not found. Check the tenant id and the cloud.`)
  if (form.get('grant_type') !== 'client_credentials')
    return tokenRefusal(400, 'unsupported_grant_type', 70003, 'The grant type is not supported.')
  const refused = refuseClient(tenant, form) ?? refuseAudience(simulation.origin, form, version)
  return (
    refused ??
    jsonAnswer(200, tokenReply(simulation, tenant, version), {
      'cache-control': 'no-store',
    })
  )
}

function refuseClient(tenant: SimulatedTenant, form: URLSearchParams): Answer | undefined {
  const clientId = form.get('client_id')?.toLowerCase()
  if (clientId !== tenant.clientId) {
    return tokenRefusal(
      400,
      'unauthorized_client',
      700016,
      `Application '${clientId}' was not found in the directory '${tenant.displayName}'.`,
    )
  }
  const assertion = form.get('client_assertion')
  if (assertion !== null) return refuseAssertion(tenant, assertion)
  const secret = form.get('client_secret')
  if (secret === null) return tokenRefusal(401, 'invalid_client', 7000216, "'client_assertion' or 'client_secret' is required.")
  if (secret === tenant.clientSecret) return undefined
  return tokenRefusal(401, 'invalid_client', 7000215, `Invalid client secret provided for app '${tenant.clientId}'.`)
}

const assertionSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  exp: z.number(),
})

/** The signature is not checked: the simulator knows no certificate of the client. */
function refuseAssertion(tenant: SimulatedTenant, assertion: string): Answer | undefined {
  const claims = decodePayload(assertion.split('.')[1] ?? '', assertionSchema)
  if (claims?.iss === tenant.clientId && claims.sub === tenant.clientId && claims.exp > Date.now() / 1000) return undefined
  return tokenRefusal(401, 'invalid_client', 700027, 'The client assertion is not a JWT of this application, or it has expired.')
}

function refuseAudience(origin: string, form: URLSearchParams, version: 'v1' | 'v2'): Answer | undefined {
  if (version === 'v2') {
    return form.get('scope') === `${origin}/.default`
      ? undefined
      : tokenRefusal(400, 'invalid_scope', 70011, `The scope '${form.get('scope')}' is not valid.`)
  }
  return form.get('resource') === origin
    ? undefined
    : tokenRefusal(400, 'invalid_resource', 500011, `The resource principal named '${form.get('resource')}' was not found.`)
}

function tokenReply({ tokens, origin }: Simulation, tenant: SimulatedTenant, version: 'v1' | 'v2'): object {
  // Real time: client libraries compare the life of a token with the real clock.
  const now = Math.floor(Date.now() / 1000)
  const access_token = tokens.issue({
    aud: origin,
    iss: `${origin}/${tenant.tenantId}/`,
    appid: tenant.clientId,
    tid: tenant.tenantId,
    roles: ['ActivityFeed.Read'],
    nbf: now,
    iat: now,
    exp: now + lifeSeconds,
    uti: randomUUID(),
  })
  if (version === 'v2')
    return {
      token_type: 'Bearer',
      expires_in: lifeSeconds,
      ext_expires_in: lifeSeconds,
      access_token,
    }
  return {
    token_type: 'Bearer',
    expires_in: String(lifeSeconds),
    ext_expires_in: String(lifeSeconds),
    expires_on: String(now + lifeSeconds),
    not_before: String(now),
    resource: origin,
    access_token,
  }
}
