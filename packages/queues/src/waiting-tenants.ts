import { minuteMs, parseTenantId, type TenantId } from '@mailtrail/core'
import type { RedisConnection } from './open-redis.ts'

/**
 * The tenants that contents may wait of, and when contents of them were last offered. A tenant's own keys may lie on another node, so that this is
 * written before them, and lags behind what is not true any more.
 */
const key = 'mailtrail:waiting-tenants'
/** An offer that is under way for so long is made again. */
const offerMs = 10 * minuteMs

const addScript = `
local time = redis.call('TIME')
return redis.call('ZADD', KEYS[1], time[1] * 1000, ARGV[1])`

const dropScript = `
local time = redis.call('TIME')
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if at and tonumber(at) < time[1] * 1000 - ARGV[2] then return redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0`

export interface WaitingTenants {
  /** Before contents of it are offered. */
  add(tenantId: TenantId): Promise<void>
  /** When nothing of it waits; stays where something was just offered. */
  drop(tenantId: TenantId): Promise<void>
  list(): Promise<TenantId[]>
}

export function createWaitingTenants(redis: RedisConnection): WaitingTenants {
  return {
    add: async (tenantId) => {
      await redis.eval(addScript, 1, key, tenantId)
    },
    drop: async (tenantId) => {
      await redis.eval(dropScript, 1, key, tenantId, String(offerMs))
    },
    list: async () => (await redis.zrange(key, '0', '-1')).map((id) => parseTenantId(id)),
  }
}
