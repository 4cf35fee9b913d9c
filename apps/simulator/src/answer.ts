import type { IncomingHttpHeaders } from 'node:http'

/** A request as the routes see it: read whole, the address parsed. */
export interface SimulatorRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a route decides to send; the server sends it. */
export interface Answer {
  readonly status: number
  /** `undefined` leaves out a header that would be sent by itself, such as `Date`. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string | Buffer
  /** Real time before the first byte. */
  readonly delayMs?: number
  /** Without it, gzip if the client takes it. `damaged` is gzip whose checksum is wrong. */
  readonly compression?: 'always' | 'never' | 'damaged'
  /** The body comes in chunks, and no header tells its length. */
  readonly isChunked?: boolean
  /** Once half of the body is sent, the connection is closed or reset, or pauses for `stallMs` of real time. */
  readonly halfway?: 'cut' | 'reset' | 'stall'
  readonly stallMs?: number
  /** The connection is reset and nothing is sent. */
  readonly isDropped?: boolean
}

export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}

/** The Activity API's error body. Microsoft documents no status per code; 400 is what most of them have been seen with. */
export function activityError(code: string, message: string, status = 400): Answer {
  return jsonAnswer(status, { error: { code, message } })
}

/** What a gateway on the way sends in place of the service. */
export function gatewayPage(status: number): Answer {
  const body = '<html><head><title>Service unavailable</title></head><body>The service is unavailable.</body></html>'
  return { status, headers: { 'content-type': 'text/html' }, body }
}
