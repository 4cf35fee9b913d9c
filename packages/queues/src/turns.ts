import type { Lane, TenantId } from '@mailtrail/core'
import type { RedisConnection } from './open-redis.ts'
import { tenantKey } from './tenant-key.ts'
import { createWaitingTenants } from './waiting-tenants.ts'
import type { WorkQueues } from './work-queues.ts'

/** Contents that wait to be fetched, named by their place in the ledger. */
export interface WaitingContents {
  readonly tenantId: TenantId
  readonly entryKey: string
  /** How many contents the entry lists. */
  readonly total: number
  /** When the first of them expires: what expires first is fetched first. */
  readonly expiration: number
  readonly lane: Lane
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
/** Backfilled contents expire before fresh ones; what is left of the share keeps the fresh ones from waiting for all of them. */
const backfillTurnsPerTenant = turnsPerTenant - 1
export const contentsPerTurn = 20

/**
 * The lane stands before the entry, so that one set holds both names of what is in work. A cursor is offset, total and when it was offered, in seconds by the
 * clock of Redis; beside the cursors it is counted how many contents wait.
 */
const offerScript = `
for _, lane in ipairs({'incident', 'live', 'backfill'}) do
  local waiting = lane .. ' ' .. ARGV[2]
  if redis.call('ZSCORE', KEYS[1], waiting) then
    if ARGV[1] ~= 'incident' or lane == 'incident' then return 0 end
    redis.call('HSET', KEYS[3], 'incident ' .. ARGV[2], redis.call('HGET', KEYS[3], waiting))
    redis.call('HDEL', KEYS[3], waiting)
    redis.call('ZREM', KEYS[1], waiting)
    return redis.call('ZADD', KEYS[1], ARGV[3], 'incident ' .. ARGV[2])
  end
  for _, turn in ipairs(redis.call('HVALS', KEYS[2])) do if turn == waiting then return 0 end end
end
redis.call('HSET', KEYS[3], ARGV[1] .. ' ' .. ARGV[2], '0:' .. ARGV[4] .. ':' .. redis.call('TIME')[1])
redis.call('HINCRBY', KEYS[3], 'contents', ARGV[4])
return redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1] .. ' ' .. ARGV[2])`

/** Takes the next turn of the entry that goes first: {lane and entry, offset, count, turn}, or nothing when the tenant has its share in work. */
const admitScript = `
local work = redis.call('HVALS', KEYS[2])
if #work >= tonumber(ARGV[1]) then return nil end
local backfills = 0
for _, turn in ipairs(work) do if string.sub(turn, 1, 9) == 'backfill ' then backfills = backfills + 1 end end
local entry
for _, waiting in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.sub(waiting, 1, 9) ~= 'backfill ' or backfills < tonumber(ARGV[2]) then entry = waiting break end
end
if not entry then return nil end
local offset, total, since = string.match(redis.call('HGET', KEYS[3], entry) or '0:0', '(%d+):(%d+):?(%d*)')
offset, total = tonumber(offset), tonumber(total)
local count = math.min(tonumber(ARGV[3]), total - offset)
if offset + count >= total then redis.call('ZREM', KEYS[1], entry) redis.call('HDEL', KEYS[3], entry)
else redis.call('HSET', KEYS[3], entry, (offset + count) .. ':' .. total .. ':' .. since) end
redis.call('HINCRBY', KEYS[3], 'contents', -count)
if redis.call('ZCARD', KEYS[1]) == 0 then redis.call('DEL', KEYS[3]) end
if count <= 0 then return nil end
local turn = 'turn-' .. redis.call('INCR', KEYS[4]) .. '-' .. ARGV[4]
redis.call('HSET', KEYS[2], turn, entry)
return {entry, offset, count, turn}`

/** Puts what somebody waits for before everything else, whenever it expires. */
const incidentLeadMs = 1e13

/** What a tenant's turns are kept in. */
export function turnKeys(tenantId: TenantId): Readonly<Record<'waiting' | 'inWork' | 'cursors' | 'sequence', string>> {
  const prefix = tenantKey(tenantId, 'turns')
  return { waiting: `${prefix}:waiting`, inWork: `${prefix}:in-work`, cursors: `${prefix}:cursors`, sequence: `${prefix}:sequence` }
}

export function createTurns(redis: RedisConnection, queues: WorkQueues): Turns {
  const waitingTenants = createWaitingTenants(redis)

  const admit = async (tenantId: TenantId): Promise<void> => {
    for (;;) {
      const limits = [turnsPerTenant, backfillTurnsPerTenant, contentsPerTurn]
      const { waiting, inWork, cursors, sequence } = turnKeys(tenantId)
      const taken = await redis.eval(admitScript, 4, waiting, inWork, cursors, sequence, ...limits, tenantId)
      if (!Array.isArray(taken)) return
      const [entry, offset, count, turnId] = taken
      await queues.turn({
        tenantId,
        entryKey: String(entry).replace(/^\w+ /, ''),
        offset: Number(offset),
        count: Number(count),
        turnId: String(turnId),
      })
    }
  }

  /** A turn taken by a process that died before queueing it, or whose job ended without a word, gives its place back. */
  const dropLostTurns = async (tenantId: TenantId): Promise<void> => {
    const { inWork } = turnKeys(tenantId)
    for (const turnId of await redis.hkeys(inWork)) {
      if (!(await queues.hasTurn(turnId))) await redis.hdel(inWork, turnId)
    }
  }

  return {
    offer: async ({ tenantId, entryKey, total, expiration, lane }) => {
      await dropLostTurns(tenantId)
      await waitingTenants.add(tenantId)
      const { waiting, inWork, cursors } = turnKeys(tenantId)
      const score = lane === 'incident' ? expiration - incidentLeadMs : expiration
      await redis.eval(offerScript, 3, waiting, inWork, cursors, lane, entryKey, score, total)
      await admit(tenantId)
    },
    release: async (tenantId, turnId) => {
      await redis.hdel(turnKeys(tenantId).inWork, turnId)
      await admit(tenantId)
    },
  }
}
