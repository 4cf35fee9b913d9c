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
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Half of the announced bytes are sent, then the connection is destroyed. */
  readonly cutShort?: boolean
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
