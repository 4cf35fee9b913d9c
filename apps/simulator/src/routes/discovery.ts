import { jsonAnswer } from '../answer.ts'
import type { Route } from '../route.ts'

/** The documents an Entra client library reads before it asks for a token. */
export const discoveryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/(?<tenant>[^/]+)(?:\/v2\.0)?\/\.well-known\/openid-configuration$/,
    operation: 'discovery',
    handle: ({ origin }, _request, { tenant = 'common' }) => jsonAnswer(200, openIdConfiguration(origin, tenant)),
  },
  {
    method: 'GET',
    path: /^\/(?:common|organizations)\/discovery\/instance$/,
    operation: 'discovery',
    handle: ({ origin }) => jsonAnswer(200, instanceMetadata(origin)),
  },
]

function openIdConfiguration(origin: string, tenant: string): object {
  return {
    issuer: `${origin}/${tenant}/v2.0`,
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

function instanceMetadata(origin: string): object {
  const { host } = new URL(origin)
  return {
    tenant_discovery_endpoint: `${origin}/common/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  }
}
