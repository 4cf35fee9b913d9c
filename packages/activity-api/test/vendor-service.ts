import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseTenantId } from '@mailtrail/core'
import type { ActivityApiOptions } from '../src/activity-api-options.ts'
import { createServerCertificate } from './certificates.ts'

export const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
export const publisherId = '99999999-8888-4777-8666-555555555555'

interface Received {
  readonly method: string
  readonly url: URL
  readonly authorization: string | undefined
  readonly body: string
}

type Answer = (response: ServerResponse, received: Received) => void

/** Microsoft's login and feed on one origin, over TLS with an authority of its own. A test may replace any answer, at any time. */
export interface VendorService extends AsyncDisposable {
  readonly origin: string
  readonly options: ActivityApiOptions
  /** Requests for tokens, in order; the nth is answered with `token-n`. */
  readonly logins: Received[]
  /** Requests to anything else but the discovery document, in order. */
  readonly calls: Received[]
  readonly answers: { feed: Answer; login: Answer; discovery: Answer }
}

export async function startVendorService(feed: Answer = (response) => sendJson(response, [])): Promise<VendorService> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-activity-api-'))
  const { cert, key } = await createServerCertificate()
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, cert)
  const calls: Received[] = []
  const logins: Received[] = []
  const server = createServer({ cert, key })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const answers: VendorService['answers'] = {
    feed,
    discovery: (response: ServerResponse) => sendJson(response, discoveryDocument(origin)),
    login: (response: ServerResponse) =>
      sendJson(response, { token_type: 'Bearer', expires_in: 3599, access_token: `token-${logins.length}` }),
  }
  server.on('request', async (request, response) => {
    const received = await receive(request, origin)
    if (received.url.pathname.endsWith('/openid-configuration')) return answers.discovery(response, received)
    const isLogin = received.url.pathname.endsWith('/token')
    const list = isLogin ? logins : calls
    list.push(received)
    const answer = isLogin ? answers.login : answers.feed
    answer(response, received)
  })
  return {
    origin,
    calls,
    logins,
    answers,
    options: {
      tenantId,
      publisherId,
      clientId: '00000000-0000-4000-8000-000000000001',
      credentials: [{ kind: 'secret', clientSecret: 'correct horse battery' }],
      clock: Date,
      cloud: { name: 'test', loginHost: origin, apiRoot: origin, resource: 'https://manage.example', caFile },
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await rm(folder, { recursive: true })
    },
  }
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  { status = 200, ...headers }: { status?: number; [name: string]: unknown } = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...(headers as Record<string, string>) }).end(JSON.stringify(body))
}

async function receive(request: IncomingMessage, origin: string): Promise<Received> {
  const body = await text(request)
  return { method: request.method ?? '', url: new URL(request.url ?? '', origin), authorization: request.headers.authorization, body }
}

/** A token as the token service makes them, but for its signature. */
export function accessToken(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode({ typ: 'JWT', alg: 'RS256' })}.${encode(claims)}.signature`
}

function discoveryDocument(origin: string) {
  return {
    issuer: `${origin}/${tenantId}/v2.0`,
    authorization_endpoint: `${origin}/${tenantId}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
    end_session_endpoint: `${origin}/${tenantId}/oauth2/v2.0/logout`,
    jwks_uri: `${origin}/${tenantId}/discovery/v2.0/keys`,
  }
}
