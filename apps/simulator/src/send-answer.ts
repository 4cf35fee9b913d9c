import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Answer } from './answer.ts'

const compress = promisify(gzip)

/** Sends an answer, compressed if the client takes gzip and there is something to compress. */
export async function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const plain = Buffer.from(answer.body ?? '')
  const isCompressed = plain.length > 0 && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const body = isCompressed ? await compress(plain, { level: 1 }) : plain
  response.statusCode = answer.status
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  if (isCompressed) response.setHeader('content-encoding', 'gzip')
  if (answer.status !== 204) response.setHeader('content-length', body.length)
  if (!answer.cutShort) {
    response.end(body)
    return
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
}
