import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Answer } from './answer.ts'

const compress = promisify(gzip)

/**
 * Sends an answer, compressed if the client takes gzip and there is something to compress.
 *
 * @param connection - the TCP connection below TLS, the only one that can be reset
 */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  connection: Socket | undefined,
): Promise<void> {
  if (answer.delayMs) await pause(answer.delayMs, undefined, { ref: false })
  if (answer.isDropped) return reset(response, connection)
  const { body, isCompressed } = await encodeBody(request, answer)
  writeHead(response, answer, body, isCompressed)
  if (!answer.halfway) {
    if (answer.isChunked) response.write(body.subarray(0, 1))
    response.end(answer.isChunked ? body.subarray(1) : body)
    return
  }
  const half = Math.floor(body.length / 2)
  await new Promise((sent) => response.write(body.subarray(0, half), sent))
  if (answer.halfway === 'cut') response.destroy()
  if (answer.halfway === 'reset') reset(response, connection)
  if (answer.halfway !== 'stall') return
  await pause(answer.stallMs, undefined, { ref: false })
  response.end(body.subarray(half))
}

async function encodeBody(request: IncomingMessage, { body, compression }: Answer): Promise<{ body: Buffer; isCompressed: boolean }> {
  const plain = Buffer.from(body ?? '')
  const isTaken = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (plain.length === 0 || compression === 'never' || (!isTaken && compression === undefined)) return { body: plain, isCompressed: false }
  const compressed = await compress(plain, { level: 1 })
  const checksum = compressed.length - 8
  if (compression === 'damaged') compressed.writeInt32LE(~compressed.readInt32LE(checksum), checksum)
  return { body: compressed, isCompressed: true }
}

function writeHead(response: ServerResponse, { status, headers = {}, isChunked }: Answer, body: Buffer, isCompressed: boolean): void {
  response.statusCode = status
  // Node.js adds this header by itself unless told not to.
  response.sendDate = !('Date' in headers)
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value)
  if (isCompressed) response.setHeader('content-encoding', 'gzip')
  if (status !== 204 && !isChunked) response.setHeader('content-length', body.length)
}

function reset(response: ServerResponse, connection: Socket | undefined): void {
  connection?.resetAndDestroy()
  response.destroy()
}
