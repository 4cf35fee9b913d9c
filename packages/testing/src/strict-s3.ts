import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { answerRequest, type S3Answer, type S3Request, StrictObjects, s3Error } from './strict-s3-objects.ts'

/**
 * What goes wrong with a request. `reset`: the connection breaks before an answer. `lost`: what was asked is done, and the answer is lost.
 * `cut`: half of the body is sent. `garble`: a byte of what arrived is another. An error is answered instead of doing what was asked.
 */
export type S3Fault = 'reset' | 'lost' | 'cut' | 'garble' | { readonly status: number; readonly code: string }

/** A small S3 of our own that is as strict as Amazon's where others are not, and can be told to fail. Not a measure of what Amazon does. */
export interface StrictS3 extends AsyncDisposable {
  /** `http://127.0.0.1:…`, for a bucket in the path. */
  readonly endpoint: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** What was asked since the start. */
  readonly requests: readonly Pick<S3Request, 'method' | 'path' | 'headers'>[]
  /** Lets the next requests of a method fail, one for each fault. */
  fail(method: string, ...faults: readonly S3Fault[]): void
}

export async function startStrictS3(): Promise<StrictS3> {
  const objects = new StrictObjects()
  const requests: S3Request[] = []
  const faults: { readonly method: string; readonly fault: S3Fault }[] = []
  const takeFault = (method: string): S3Fault | undefined => {
    const index = faults.findIndex((planned) => planned.method === method)
    return index < 0 ? undefined : faults.splice(index, 1)[0]?.fault
  }
  const server = createServer(async (incoming, response) => {
    const request = await readRequest(incoming)
    requests.push(request)
    serve(request, takeFault(request.method), objects, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    bucket: StrictObjects.bucket,
    accessKeyId: StrictObjects.accessKeyId,
    secretAccessKey: 'strictsecret',
    requests,
    fail: (method, ...planned) => faults.push(...planned.map((fault) => ({ method, fault }))),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readRequest(incoming: IncomingMessage): Promise<S3Request> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://strict')
  const headers = new Map(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  return { method: incoming.method ?? '', path: decodeURIComponent(pathname), query: searchParams, headers, body: await buffer(incoming) }
}

function serve(request: S3Request, fault: S3Fault | undefined, objects: StrictObjects, response: ServerResponse): void {
  if (fault === 'reset') return void response.destroy()
  const answer =
    typeof fault === 'object' ? s3Error(fault.status, fault.code) : answerRequest(objects, fault === 'garble' ? garbled(request) : request)
  if (fault === 'lost') return void response.destroy()
  send(answer, request.method, fault === 'cut', response)
}

function garbled(request: S3Request): S3Request {
  return { ...request, body: request.body.map((byte, index) => (index === 0 ? byte ^ 1 : byte)) }
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
