import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import { buffer } from 'node:stream/consumers'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
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
  token(tenantId: string, clientId: string, clientSecret: string): Promise<string>
}

export async function connect(origin: string, caFile: string): Promise<TestClient> {
  const agent = new Agent({ ca: await readFile(caFile), keepAlive: true })
  const call = async (address: string, { method = 'GET', headers = {}, body }: CallOptions = {}): Promise<Reply> => {
    const outgoing = request(new URL(address, origin), { agent, method, headers })
    outgoing.end(body)
    const [response] = await once(outgoing, 'response')
    // Not `text`, which drops a byte-order mark.
    const replyText = (await buffer(response)).toString('utf8')
    return { status: response.statusCode, headers: response.headers, text: replyText, json: () => JSON.parse(replyText) }
  }
  return {
    call,
    token: async (tenantId, clientId, clientSecret) => {
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: `${origin}/.default` }
      const reply = await call(`/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form).toString() })
      return reply.json<{ access_token: string }>().access_token
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}
