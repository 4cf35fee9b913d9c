import { type RedisScript, redisScript } from './redis-script.ts'

/**
 * Lets in what the tenant may have in work, each turn of the entry that goes first: {lane and entry, offset, count, turn}.
 *
 * KEYS: waiting, in work, cursors, sequence. ARGV: turns of a tenant, of these for backfill, contents of a turn, tenant.
 */
const admit = `
local function isBackfill(entry) return string.sub(entry, 1, 9) == 'backfill ' end
local function nextEntry(mayBackfill)
  local from, page = 0, {}
  repeat
    page = redis.call('ZRANGE', KEYS[1], from, from + 49)
    for _, entry in ipairs(page) do if mayBackfill or not isBackfill(entry) then return entry end end
    from = from + 50
  until #page < 50
end
local function admit()
  local inWork, backfills, admitted = 0, 0, {}
  for _, turn in ipairs(redis.call('HVALS', KEYS[2])) do
    inWork = inWork + 1
    if isBackfill(turn) then backfills = backfills + 1 end
  end
  while inWork < tonumber(ARGV[1]) do
    local entry = nextEntry(backfills < tonumber(ARGV[2]))
    if not entry then break end
    local offset, total, since = string.match(redis.call('HGET', KEYS[3], entry) or '0:0', '(%d+):(%d+):?(%d*)')
    offset, total = tonumber(offset), tonumber(total)
    local count = math.min(tonumber(ARGV[3]), total - offset)
    if offset + count >= total then redis.call('ZREM', KEYS[1], entry) redis.call('HDEL', KEYS[3], entry)
    else redis.call('HSET', KEYS[3], entry, (offset + count) .. ':' .. total .. ':' .. since) end
    redis.call('HINCRBY', KEYS[3], 'contents', -count)
    if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[3]) end
    if count > 0 then
      local turn = 'turn-' .. redis.call('INCR', KEYS[4]) .. '-' .. ARGV[4]
      redis.call('HSET', KEYS[2], turn, entry)
      table.insert(admitted, {entry, offset, count, turn})
      inWork = inWork + 1
      if isBackfill(entry) then backfills = backfills + 1 end
    end
  end
  return admitted
end
`

/**
 * Lets an entry in line unless it is there or in work, and admits: {turns in work before, turns admitted}. The lane stands before the entry, so that one set
 * holds both names of what is in work. A cursor is offset, total and when it was offered, in seconds by the clock of Redis; beside the cursors it is
 * counted how many contents wait.
 *
 * ARGV, after those of admission: lane, entry, score, total.
 */
export const offerScript: RedisScript = redisScript(`${admit}
local lane, entry, score, total = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local inWork = redis.call('HGETALL', KEYS[2])
local before, isKnown = {}, false
for at = 1, #inWork, 2 do
  table.insert(before, inWork[at])
  for _, other in ipairs({'incident', 'live', 'backfill'}) do if inWork[at + 1] == other .. ' ' .. entry then isKnown = true end end
end
for _, other in ipairs({'incident', 'live', 'backfill'}) do
  local waiting = other .. ' ' .. entry
  if redis.call('ZSCORE', KEYS[1], waiting) then
    if lane == 'incident' and other ~= 'incident' then
      redis.call('HSET', KEYS[3], 'incident ' .. entry, redis.call('HGET', KEYS[3], waiting))
      redis.call('HDEL', KEYS[3], waiting)
      redis.call('ZREM', KEYS[1], waiting)
      redis.call('ZADD', KEYS[1], score, 'incident ' .. entry)
    end
    isKnown = true
    break
  end
end
if not isKnown then
  redis.call('HSET', KEYS[3], lane .. ' ' .. entry, '0:' .. total .. ':' .. redis.call('TIME')[1])
  redis.call('HINCRBY', KEYS[3], 'contents', total)
  redis.call('ZADD', KEYS[1], score, lane .. ' ' .. entry)
end
return {before, admit()}`)

/** Gives places back, and admits: turns admitted. ARGV, after those of admission: the turns that ended. */
export const releaseScript: RedisScript = redisScript(`${admit}
redis.call('HDEL', KEYS[2], unpack(ARGV, 5))
return admit()`)
