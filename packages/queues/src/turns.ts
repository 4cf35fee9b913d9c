import type { TenantId } from '@mailtrail/core'
import type { Redis } from 'ioredis'
import type { WorkQueues } from './work-queues.ts'

/** Contents that wait to be fetched, named by their place in the ledger. */
export interface WaitingContents {
  readonly tenantId: TenantId
  readonly entryKey: string
  /** How many contents the entry lists. */
  readonly total: number
  /** The start of the span: what is older is fetched first. */
  readonly start: number
}

/**
 * Fair by admission: a tenant has at most `turnsPerTenant` turns in the queue, and the next is let in as one ends, so that a tenant with
 * 50,000 waiting contents adds a constant to everybody's wait. Only a cursor a ledger entry waits here; losing it loses nothing, for
 * the scheduler offers what the ledger shows as unstored again.
 */
export interface Turns {
  /** Lets an entry's contents in line, unless they are in line or in work already. */
  offer(waiting: WaitingContents): Promise<void>
  /** Gives back the place of a turn that ended, and lets the tenant's next one in. */
  release(tenantId: TenantId, turnId: string): Promise<void>
}

/** Fewer than a fetcher takes at once, so that a slow tenant cannot hold all of it. */
export const turnsPerTenant = 3
export const contentsPerTurn = 20

const offerScript = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
for _, turn in ipairs(redis.call('HVALS', KEYS[2])) do if turn == ARGV[1] then return 0 end end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], '0:' .. ARGV[3])
return 1`

/** Takes the next turn of the oldest waiting entry: {entry, offset, count, sequence}, or nothing when the tenant has its share in work. */
const admitScript = `
if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[1]) then return nil end
local entry = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
if not entry then return nil end
local offset, total = string.match(redis.call('HGET', KEYS[3], entry) or '0:0', '(%d+):(%d+)')
offset, total = tonumber(offset), tonumber(total)
local count = math.min(tonumber(ARGV[2]), total - offset)
if offset + count >= total then redis.call('ZREM', KEYS[1], entry) redis.call('HDEL', KEYS[3], entry)
else redis.call('HSET', KEYS[3], entry, (offset + count) .. ':' .. total) end
if count <= 0 then return nil end
local turn = 'turn-' .. redis.call('INCR', KEYS[4]) .. '-' .. ARGV[3]
redis.call('HSET', KEYS[2], turn, entry)
return {entry, offset, count, turn}`

export function createTurns(redis: Redis, queues: WorkQueues): Turns {
  const keysOf = (tenantId: TenantId): [string, string, string, string] => {
    const prefix = `mailtrail:turns:${tenantId}`
    return [`${prefix}:waiting`, `${prefix}:in-work`, `${prefix}:cursors`, `${prefix}:sequence`]
  }

  const admit = async (tenantId: TenantId): Promise<void> => {
    for (;;) {
      const taken = await redis.eval(admitScript, 4, ...keysOf(tenantId), turnsPerTenant, contentsPerTurn, tenantId)
      if (!Array.isArray(taken)) return
      const [entryKey, offset, count, turnId] = taken
      await queues.turn({
        tenantId,
        entryKey: String(entryKey),
        offset: Number(offset),
        count: Number(count),
        turnId: String(turnId),
      })
    }
  }

  /** A turn taken by a process that died before queueing it, or whose job ended without a word, gives its place back. */
  const dropLostTurns = async (tenantId: TenantId): Promise<void> => {
    const inWork = keysOf(tenantId)[1]
    for (const turnId of await redis.hkeys(inWork)) {
      if (!(await queues.hasTurn(turnId))) await redis.hdel(inWork, turnId)
    }
  }

  return {
    offer: async ({ tenantId, entryKey, total, start }) => {
      await dropLostTurns(tenantId)
      const [waiting, inWork, cursors] = keysOf(tenantId)
      await redis.eval(offerScript, 3, waiting, inWork, cursors, entryKey, start, total)
      await admit(tenantId)
    },
    release: async (tenantId, turnId) => {
      await redis.hdel(keysOf(tenantId)[1], turnId)
      await admit(tenantId)
    },
  }
}
