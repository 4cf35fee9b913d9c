import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { answerRequest, type S3Answer, type S3Request, StrictObjects, s3Error } from './strict-s3-objects.ts'
import { temporaryFolder } from './temporary-folder.ts'

/**
 * What goes wrong with a request. `reset`: the connection breaks before an answer. `lost`: what was asked is done, and the answer is lost.
 * `cut`: half of the body is sent. `garble`: a byte of what arrived is another. `blind`: conditions are ignored. An error is answered
 * instead of doing what was asked.
 */
export type S3Fault = 'reset' | 'lost' | 'cut' | 'garble' | 'blind' | { readonly status: number; readonly code: string }

/** A small S3 of our own that is as strict as Amazon's where others are not, and can be told to fail. Not a measure of what Amazon does. */
export interface StrictS3 extends AsyncDisposable {
  /** `http://127.0.0.1:…`, or `https:` with `tls`, for a bucket in the path. */
  readonly endpoint: string
  /** The authority to trust, in PEM, with `tls`. */
  readonly caFile: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** What was asked since the start. */
  readonly requests: readonly Pick<S3Request, 'method' | 'path' | 'headers'>[]
  /** Lets the next requests of a method fail, one for each fault. */
  fail(method: string, ...faults: readonly S3Fault[]): void
  /** Takes back what was to fail yet. */
  forgive(): void
}

export async function startStrictS3({ tls = false }: { readonly tls?: boolean } = {}): Promise<StrictS3> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const caFile = join(folder.path, 'ca.pem')
  const objects = new StrictObjects()
  const requests: S3Request[] = []
  const faults: { readonly method: string; readonly fault: S3Fault }[] = []
  const takeFault = (method: string): S3Fault | undefined => {
    const index = faults.findIndex((planned) => planned.method === method)
    return index < 0 ? undefined : faults.splice(index, 1)[0]?.fault
  }
  const listener = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming)
    requests.push(request)
    serve(request, takeFault(request.method), objects, response)
  }
  const server = tls ? await createTlsServer(listener, caFile) : createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  started.defer(() => end(server))
  const running = started.move()
  return {
    endpoint: `http${tls ? 's' : ''}://127.0.0.1:${portOf(server)}`,
    caFile,
    bucket: StrictObjects.bucket,
    accessKeyId: StrictObjects.accessKeyId,
    secretAccessKey: 'strictsecret',
    requests,
    forgive: () => faults.splice(0),
    fail: (method, ...planned) => faults.push(...planned.map((fault) => ({ method, fault }))),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function createTlsServer(listener: RequestListener, caFile: string): Promise<Server> {
  const certificate = await (await import('./server-certificate.ts')).createServerCertificate()
  await writeFile(caFile, certificate.cert)
  return createSecureServer(certificate, listener)
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

async function readRequest(incoming: IncomingMessage): Promise<S3Request> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://strict')
  const headers = new Map(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  return { method: incoming.method ?? '', path: decodeURIComponent(pathname), query: searchParams, headers, body: await buffer(incoming) }
}

function serve(request: S3Request, fault: S3Fault | undefined, objects: StrictObjects, response: ServerResponse): void {
  if (fault === 'reset') return void response.destroy()
  const answer = typeof fault === 'object' ? failed(fault) : answerRequest(objects, asReceived(request, fault))
  if (fault === 'lost') return void response.destroy()
  send(answer, request.method, fault === 'cut', response)
}

/** Of success, a page of something that stands in between. */
function failed({ status, code }: Exclude<S3Fault, string>): S3Answer {
  return status === 200 ? { status, headers: {}, body: Buffer.from(`<html><body>${code}</body></html>`) } : s3Error(status, code)
}

function asReceived(request: S3Request, fault: S3Fault | undefined): S3Request {
  if (fault === 'garble') return { ...request, body: request.body.map((byte, index) => (index === 0 ? byte ^ 1 : byte)) }
  if (fault === 'blind') return { ...request, headers: new Map([...request.headers].filter(([name]) => !name.startsWith('if-'))) }
  return request
}

function send({ status, headers, body }: S3Answer, method: string, isCut: boolean, response: ServerResponse): void {
  response.writeHead(status, { 'x-amz-request-id': 'STRICT', 'content-length': body.length, ...headers })
  if (method === 'HEAD') return void response.end()
  if (!isCut) return void response.end(body)
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.')
  return address.port
}
