import { readFileSync } from 'node:fs'
import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { Cloud } from './clouds.ts'

/** In milliseconds. */
export interface HttpTimeouts {
  readonly connectTimeout: number
  readonly headersTimeout: number
  readonly bodyTimeout: number
  readonly keepAliveTimeout: number
}

const usualTimeouts: HttpTimeouts = {
  /** Milliseconds for TCP and TLS together. */
  connectTimeout: 10_000,
  /** Milliseconds until the answer's headers; busy tenants are listed slowly. */
  headersTimeout: 120_000,
  /** Milliseconds without a byte while we are reading; time in which the reader does not read is not counted. */
  bodyTimeout: 60_000,
  /** Milliseconds an idle connection is kept, unless the service asks for less. */
  keepAliveTimeout: 30_000,
}

/** Connections to one origin. A content holds one as long as it is read. */
const connections = 12

/**
 * The connections to one cloud's login and API hosts, a pool for each. `HTTPS_PROXY` and `NO_PROXY` apply.
 *
 * HTTP/1.1 only: one content, one connection, so that a slow reader or a reset concerns that content alone.
 */
export function createHttpAgent(cloud: Cloud, timeouts: HttpTimeouts = usualTimeouts): Dispatcher {
  const tls = cloud.caFile === undefined ? {} : { ca: readFileSync(cloud.caFile, 'utf8') }
  return new EnvHttpProxyAgent({ ...timeouts, connections, allowH2: false, connect: tls, requestTls: tls })
}
