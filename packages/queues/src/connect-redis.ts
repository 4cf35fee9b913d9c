import { setTimeout as delay } from 'node:timers/promises'
import { MailtrailError } from '@mailtrail/core'
import { Cluster, type Redis } from 'ioredis'
import type { Logger } from 'pino'
import { openRedis, type RedisConnection, type RedisCredentials } from './open-redis.ts'
import { parseRedisAddress, type RedisAddress } from './redis-address.ts'

export interface RedisOptions extends RedisCredentials {
  /** Whether a Redis outside this machine may be used without TLS and an ACL user. */
  readonly insecureRedis?: boolean
  /** Where it is said that a server which took over later evicts. */
  readonly log?: Pick<Logger, 'error'>
}

/** Sentinels and clusters are asked again and again for as long. */
const connectWithinMs = 10_000

/**
 * One connection, shared by what a process queues; workers duplicate it. Commands wait while Redis is away.
 *
 * @param url - as {@link parseRedisAddress} reads it
 * @throws {@link MailtrailError} `REDIS_UNAVAILABLE` when it cannot be reached at start, `REDIS_EVICTS` unless the policy of each server is
 *   `noeviction`, `REDIS_FORBIDS` when its user may not ask for that, `REDIS_INSECURE` when it is on another machine without TLS and an ACL
 *   user, `REDIS_URL_INVALID`, `REDIS_SECRET_UNAVAILABLE`
 */
export async function connectRedis(
  url: string,
  { insecureRedis = false, log, ...credentials }: RedisOptions = {},
): Promise<RedisConnection> {
  const address = parseRedisAddress(url)
  if (!insecureRedis) refuseInsecure(address)
  const redis = openRedis(address, credentials)
  try {
    await reach(redis, address)
    const servers = redis instanceof Cluster ? redis.nodes('master') : [redis]
    await Promise.all(servers.map((server) => refuseEvicting(server, address)))
  } catch (error) {
    redis.disconnect()
    throw error
  }
  // A server that takes over is another one, which may be set otherwise.
  const report = (server: Redis): void => {
    refuseEvicting(server, address).catch((error) => log?.error({ event: 'redis.unfit', code: error.code, reason: error.message }))
  }
  if (redis instanceof Cluster) redis.on('+node', report)
  else redis.on('ready', () => report(redis))
  return redis
}

async function reach(redis: RedisConnection, address: RedisAddress): Promise<void> {
  let cause: unknown
  redis.on('error', (error) => {
    cause = error
  })
  const timer = new AbortController()
  const isOver = delay(connectWithinMs, true, timer).catch(() => true)
  try {
    if (!(await Promise.race([redis.connect(), isOver]))) return
  } catch (error) {
    cause ??= error
  } finally {
    timer.abort()
  }
  throw new MailtrailError(
    'REDIS_UNAVAILABLE',
    `Redis at ${nameOf(address)} cannot be reached (${redisErrorCode(cause)}). Start it, or set MAILTRAIL_REDIS_URL.`,
    { cause },
  )
}

async function refuseEvicting(server: Redis, address: RedisAddress): Promise<void> {
  const memory = await server.info('memory').catch((cause) => {
    throw new MailtrailError(
      'REDIS_FORBIDS',
      `Redis at ${nameOf(address)} does not let its user ask INFO (${redisErrorCode(cause)}). Give the user what infra/redis/README.md names.`,
      { cause },
    )
  })
  const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1]
  if (policy === undefined || policy === 'noeviction') return
  const { remoteAddress, remotePort } = server.stream
  const which = address.kind === 'server' ? '' : `, at ${remoteAddress}:${remotePort},`
  throw new MailtrailError(
    'REDIS_EVICTS',
    `Redis at ${nameOf(address)}${which} has maxmemory-policy ${policy}; queued work could vanish. Set it to noeviction.`,
  )
}

/** What Redis, TLS or the network calls it, such as `NOPERM` or `ECONNREFUSED`: never the message, which may show what was sent. */
export function redisErrorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  if ('code' in error) return String(error.code)
  if ('lastNodeError' in error) return redisErrorCode(error.lastNodeError)
  // Of a reply of Redis, and of what ioredis says of the last sentinel it asked; other messages may begin with anything.
  const pattern = error.name === 'ReplyError' ? /^([A-Z]+) / : /^All sentinels .*Last error: ([A-Z]{4,}) /
  const [, code] = pattern.exec(error.message) ?? []
  return code ?? 'UNKNOWN'
}

function nameOf({ kind, hasTls, nodes, master }: RedisAddress): string {
  const scheme = `redis${hasTls ? 's' : ''}${kind === 'server' ? '' : `+${kind}`}`
  const hosts = nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')
  return `${scheme}://${hosts}${master === undefined ? '' : `/${master}`}`
}

/** Whoever reaches an open Redis can make the fleet do anything it can do. */
function refuseInsecure(address: RedisAddress): void {
  const isLoopback = address.nodes.every(({ host }) => host === 'localhost' || host === '::1' || /^127\.[\d.]+$/.test(host))
  if (isLoopback || (address.hasTls && address.username !== undefined)) return
  throw new MailtrailError(
    'REDIS_INSECURE',
    `Redis at ${nameOf(address)} is on another machine: use rediss and an ACL user, or set MAILTRAIL_INSECURE_REDIS=true if the network is trusted.`,
  )
}
