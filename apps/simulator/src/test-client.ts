import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import { buffer } from 'node:stream/consumers'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As they were sent. */
  readonly headerNames: readonly string[]
  readonly bytes: Buffer
  readonly text: string
  json<T>(): T
}

interface CallOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A plain HTTPS client for tests, which trusts the simulator's own authority and nothing else. */
export interface TestClient extends Disposable {
  call(address: string, options?: CallOptions): Promise<Reply>
  requestToken(tenantId: string, clientId: string, clientSecret: string): Promise<Reply>
  token(tenantId: string, clientId: string, clientSecret: string): Promise<string>
}

export async function connect(origin: string, caFile: string): Promise<TestClient> {
  const agent = new Agent({ ca: await readFile(caFile), keepAlive: true })
  const call = async (address: string, { method = 'GET', headers = {}, body }: CallOptions = {}): Promise<Reply> => {
    const outgoing = request(new URL(address, origin), { agent, method, headers })
    outgoing.end(body)
    const [response] = await once(outgoing, 'response')
    // A connection that breaks from now on is told by the body.
    outgoing.on('error', () => {})
    const bytes = await buffer(response)
    // Not `text` of the stream, which drops a byte-order mark.
    const replyText = bytes.toString('utf8')
    return {
      status: response.statusCode,
      headers: response.headers,
      headerNames: response.rawHeaders.filter((_: string, index: number) => index % 2 === 0),
      bytes,
      text: replyText,
      json: () => JSON.parse(replyText),
    }
  }
  const requestToken = (tenantId: string, clientId: string, clientSecret: string): Promise<Reply> => {
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: `${origin}/.default` }
    return call(`/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form).toString() })
  }
  return {
    call,
    requestToken,
    token: async (...of) => (await requestToken(...of)).json<{ access_token: string }>().access_token,
    [Symbol.dispose]: () => agent.destroy(),
  }
}
