import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodeClaims } from './access-token.ts'
import type { Metrics } from './metrics.ts'

/**
 * A host that is not the service: it writes down the tokens and credentials it is handed, and answers an empty listing, so that nothing
 * looks wrong to a client that came here.
 */
export async function answerAsForeignHost(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const token = /^Bearer [^.]+\.(?<payload>[^.]+)\./i.exec(request.headers.authorization ?? '')?.groups?.payload
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
  if (request.headers.authorization !== undefined || form.has('client_secret') || form.has('client_assertion'))
    metrics.countTokenAtForeignHost(decodeClaims(token ?? '')?.tid ?? tenantIn(request.url))
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end('[]')
}

function tenantIn(url = ''): string {
  return /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(url)?.[0].toLowerCase() ?? 'unknown'
}
