import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Transform } from 'node:stream'

/** What happens to one request on its way to the service, and to the answer on its way back. */
export interface Fault {
  /** The service is not asked; this is the answer, as Azure words it. */
  readonly refuse?: { readonly status: number; readonly code: string }
  /** Changes the query before the service sees it. */
  readonly query?: (query: URLSearchParams) => void
  /** Another byte in the place of the first. */
  readonly damage?: boolean
  /** The service did what it was asked, and the connection breaks before its answer. */
  readonly loseAnswer?: boolean
  /** After this many bytes of the answer's body the connection breaks. */
  readonly cutAfter?: number
  /** Added to the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

interface SeenRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

export interface FaultyProxy extends AsyncDisposable {
  /** `http://127.0.0.1:…`, to be asked in the place of the service. */
  readonly origin: string
  /** What came, in order. */
  readonly seen: SeenRequest[]
  /** Decides on each request; at first nothing happens to any. */
  fault: (request: SeenRequest) => Fault | undefined
}

/** Stands before an HTTP service. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((incoming, answer) => {
    const { method = '', headers } = incoming
    const asked = { method, headers, url: new URL(incoming.url ?? '/', target) }
    proxy.seen.push(asked)
    pass(incoming, answer, asked.url, proxy.fault(asked) ?? {})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const proxy: FaultyProxy = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    fault: () => undefined,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return proxy
}

function pass(incoming: IncomingMessage, answer: ServerResponse, url: URL, fault: Fault): void {
  const { refuse, query, damage, loseAnswer, cutAfter, headers } = fault
  if (refuse) {
    incoming.resume()
    const headers = { 'x-ms-error-code': refuse.code, 'x-ms-request-id': 'r-1', 'content-type': 'application/xml' }
    const body = `<?xml version="1.0"?><Error><Code>${refuse.code}</Code><Message>canary: what was signed</Message></Error>`
    incoming.on('end', () => answer.writeHead(refuse.status, headers).end(incoming.method === 'HEAD' ? undefined : body))
    return
  }
  query?.(url.searchParams)
  const outgoing = request(url, { method: incoming.method, headers: incoming.headers })
  outgoing.on('error', () => answer.destroy())
  outgoing.on('response', (given) => {
    if (loseAnswer) return void given.resume().on('end', () => answer.destroy())
    answer.writeHead(given.statusCode ?? 502, { ...given.headers, ...headers })
    given.pipe(cutAfter === undefined ? answer : cutting(answer, cutAfter))
  })
  if (damage) incoming.pipe(damaging()).pipe(outgoing)
  else incoming.pipe(outgoing)
}

function cutting(answer: ServerResponse, bytes: number): Transform {
  let left = bytes
  answer.flushHeaders()
  const cut = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (chunk.length < left) {
        left -= chunk.length
        return done(null, chunk)
      }
      answer.write(chunk.subarray(0, left), () => answer.destroy())
    },
  })
  cut.pipe(answer)
  return cut
}

function damaging(): Transform {
  let isFirst = true
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const [first = 0] = chunk
      const sent = isFirst ? Buffer.concat([Buffer.from([first ^ 1]), chunk.subarray(1)]) : chunk
      isFirst = false
      done(null, sent)
    },
  })
}
