import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { MailtrailError } from '@mailtrail/core'
import type { ProbeAnswer } from './answer-probe.ts'

/** A host and a port, or `:port` for every interface. */
export const probeAddress: RegExp = /^(\[[0-9a-f:.]+\]|[\w.-]*):(\d{1,5})$/i

/** Probes are short, few and without a body. */
const limits = { requestTimeout: 5_000, headersTimeout: 5_000, keepAliveTimeout: 5_000, maxHeaderSize: 8_192 }
const maxConnections = 64

/**
 * Answers GET requests over HTTP until disposed, each with JSON; 404 where there is no answer.
 *
 * @throws {@link MailtrailError} `HEALTH_ADDRESS_UNUSABLE`
 */
export async function serveProbes(
  address: string,
  answer: (path: string) => Promise<ProbeAnswer | undefined>,
): Promise<AsyncDisposable & { readonly port: number }> {
  const [, host = '', port] = probeAddress.exec(address) ?? []
  const server = createServer(limits, (request, response) => void respond(request, response, answer))
  server.maxConnections = maxConnections
  try {
    server.listen({ port: Number(port), ...(host !== '' && { host: host.replace(/^\[|\]$/g, '') }) })
    await once(server, 'listening')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    const message = `The address ${address} cannot be listened on (${code}). Set another healthAddress (MAILTRAIL_HEALTH_ADDRESS).`
    throw new MailtrailError('HEALTH_ADDRESS_UNUSABLE', message, { cause })
  }
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : Number(port),
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (path: string) => Promise<ProbeAnswer | undefined>,
): Promise<void> {
  request.resume()
  const [path = ''] = (request.url ?? '').split('?')
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const { status, body } = (isRead ? await answer(path) : undefined) ?? { status: 404, body: { reason: 'there is nothing here' } }
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}
