import { hash } from 'node:crypto'
import type { RedisConnection } from './open-redis.ts'

/** Runs a script on keys with arguments. */
export type RedisScript = (redis: RedisConnection, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>

/** A Lua script that Redis is sent once, and knows by its digest from then on. */
export function redisScript(lua: string): RedisScript {
  const sha1 = hash('sha1', lua)
  return async (redis, keys, args) => {
    try {
      return await redis.evalsha(sha1, keys.length, ...keys, ...args)
    } catch (error) {
      // A server that was started anew, or took over, does not know it; then nothing was run.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return redis.eval(lua, keys.length, ...keys, ...args)
    }
  }
}
