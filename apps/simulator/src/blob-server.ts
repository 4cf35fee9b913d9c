import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { issueServerCertificate } from './certificate-authority.ts'

/**
 * A program for benches: serves each file `<name>.gz` of a folder as the contents `<name>`, `<name>$1`, `<name>$2`, … of any tenant, as fast as this machine can, and takes
 * whatever is posted to it. It says where on one line, and ends with its standard input.
 */
const folder = process.argv[2] ?? '.'
const blobs = new Map<string, Buffer>()
for (const file of await readdir(folder)) if (file.endsWith('.gz')) blobs.set(file.slice(0, -3), await readFile(join(folder, file)))

const { ca, cert, key } = await issueServerCertificate()
const caFile = join(folder, 'ca.pem')
await writeFile(caFile, ca)
const server = createServer({ cert, key }, answer)
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.stdin.resume().once('end', () => process.exit(0))
process.stdout.write(`${JSON.stringify({ origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, caFile })}\n`)

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'POST') {
    request.resume().once('end', () => response.end())
    return
  }
  const blob = blobs.get(/([^/$?]+)(?:\$[^/?]*)?(?:\?.*)?$/.exec(request.url ?? '')?.[1] ?? '')
  response.statusCode = blob ? 200 : 404
  response.setHeader('content-type', 'application/json; charset=utf-8')
  if (blob) response.setHeader('content-encoding', 'gzip').setHeader('content-length', blob.length)
  response.end(blob)
}
