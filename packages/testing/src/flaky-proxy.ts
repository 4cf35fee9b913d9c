import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FlakyProxyOptions {
  /** The server behind it: `http://127.0.0.1:…`. */
  readonly target: string
  /** Of all requests, from 0 to 1, how many fail. */
  readonly share: number
}

export interface FlakyProxy extends AsyncDisposable {
  /** `http://127.0.0.1:…`, to be asked in the place of the target. */
  readonly origin: string
  /** How many requests it has failed. */
  readonly failed: number
}

/**
 * Stands before a server and answers 503 to some requests, by a fixed sequence: half of them were never passed on, half were done and
 * their answer is lost.
 */
export async function startFlakyProxy({ target, share }: FlakyProxyOptions): Promise<FlakyProxy> {
  const draw = createDraw()
  let failed = 0
  const server = createServer((incoming, answer) => {
    if (draw() >= share) return pass(target, incoming, answer)
    failed += 1
    if (draw() < 0.5) return refuse(incoming, answer)
    return loseAnswer(target, incoming, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get failed() {
      return failed
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function pass(target: string, incoming: IncomingMessage, answer: ServerResponse): void {
  ask(target, incoming, answer, (given) => {
    answer.writeHead(given.statusCode ?? 502, given.rawHeaders)
    given.pipe(answer)
    given.on('error', () => answer.destroy())
  })
}

function loseAnswer(target: string, incoming: IncomingMessage, answer: ServerResponse): void {
  ask(target, incoming, answer, (given) => {
    given.resume()
    given.on('end', () => answer.writeHead(503).end())
  })
}

function refuse(incoming: IncomingMessage, answer: ServerResponse): void {
  incoming.resume()
  incoming.on('end', () => answer.writeHead(503).end())
}

/** The host stays as the client named it, since signatures may cover it. */
function ask(target: string, incoming: IncomingMessage, answer: ServerResponse, take: (given: IncomingMessage) => void): void {
  const outgoing = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: incoming.headers })
  outgoing.on('response', take)
  outgoing.on('error', () => answer.destroy())
  answer.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

function createDraw(): () => number {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
