import { MailtrailError } from '@mailtrail/core'
import { Redis } from 'ioredis'

export interface RedisOptions {
  /** Whether a Redis outside this machine may be used without TLS and an ACL user. */
  readonly allowInsecure?: boolean
}

/**
 * One connection, shared by what a process queues; workers duplicate it. Commands wait while Redis is away.
 *
 * @throws {@link MailtrailError} `REDIS_UNAVAILABLE` when it cannot be reached at start, `REDIS_EVICTS` unless its policy is `noeviction`,
 *   `REDIS_INSECURE` when it is on another machine without TLS and an ACL user
 */
export async function connectRedis(url: string, { allowInsecure = false }: RedisOptions = {}): Promise<Redis> {
  if (!allowInsecure) refuseInsecure(url)
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
  } catch (cause) {
    redis.disconnect()
    throw new MailtrailError(
      'REDIS_UNAVAILABLE',
      `Redis at ${withoutPassword(url)} cannot be reached. Start it, or set MAILTRAIL_REDIS_URL.`,
      { cause },
    )
  }
  const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1]
  if (policy !== undefined && policy !== 'noeviction') {
    redis.disconnect()
    throw new MailtrailError(
      'REDIS_EVICTS',
      `Redis at ${withoutPassword(url)} has maxmemory-policy ${policy}; queued work could vanish. Set it to noeviction.`,
    )
  }
  return redis
}

function withoutPassword(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/** Whoever reaches an open Redis can make the fleet do anything it can do. */
function refuseInsecure(url: string): void {
  const { hostname, protocol, username } = new URL(url)
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  if (isLoopback || (protocol === 'rediss:' && username !== '')) return
  throw new MailtrailError(
    'REDIS_INSECURE',
    `Redis at ${withoutPassword(url)} is on another machine: use rediss:// and an ACL user, or set MAILTRAIL_INSECURE_REDIS=true if the network is trusted.`,
  )
}
