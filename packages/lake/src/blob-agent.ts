import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'

export interface BlobAgentOptions {
  /** Authorities to trust, in PEM, instead of the public ones. */
  readonly ca?: string | undefined
  /** How long nothing may move on a connection. */
  readonly idleMs?: number
}

/**
 * The connections to one service, through the proxy that HTTPS_PROXY and its kin name. The SDK waits for ever on one that went silent;
 * here it breaks, which the SDK takes for what it is.
 */
export function createBlobAgent(endpoint: string, { ca, idleMs = 30_000 }: BlobAgentOptions = {}): HttpAgent {
  const options = { keepAlive: true, timeout: idleMs, proxyEnv: process.env }
  const agent = endpoint.startsWith('https:') ? new HttpsAgent({ ...options, ...(ca !== undefined && { ca }) }) : new HttpAgent(options)
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (target, callback) => {
    // A tunnel through a proxy comes later, by the callback.
    const connection = connect(target, (error, tunnel) => callback?.(error, tunnel && breakWhenIdle(tunnel)))
    return connection && breakWhenIdle(connection)
  }
  return agent
}

/** Node.js keeps the time, by `timeout` above, and tells; that is all it does. */
function breakWhenIdle(connection: Duplex): Duplex {
  return connection.on('timeout', () => connection.destroy())
}
