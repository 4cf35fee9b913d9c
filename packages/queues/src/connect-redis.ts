import { MailtrailError } from '@mailtrail/core'
import { Redis } from 'ioredis'

/**
 * One connection, shared by what a process queues; workers duplicate it. Commands wait while Redis is away.
 *
 * @throws {@link MailtrailError} `REDIS_UNAVAILABLE` when it cannot be reached at start, `REDIS_EVICTS` unless its policy is `noeviction`
 */
export async function connectRedis(url: string): Promise<Redis> {
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
