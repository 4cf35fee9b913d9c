/** Longest wait for a token in place, in ms. Who would wait longer is told when to come back, and holds no slot of a worker meanwhile. */
const maxWaitMs = 1_000

/** For how long requests that were taken ahead may be sent. */
export const aheadMs = 500

/** From no rate at all back to the whole limit, in ms without throttling. */
const recoveryMs = 300_000

/** Throttled again within this many ms after a pause, the next pause is twice as long. */
const calmMs = 60_000

/**
 * A token bucket in a hash, read and carried forward to Redis' own time: real time, whatever clock the fleet runs by, for it bounds real requests.
 *
 * A full bucket and the refill of a minute and of the time for which requests are taken ahead together stay below the limit plus one, so that no 60 seconds see
 * more requests than the limit.
 * `tokens` below zero are given out already, to callers who wait for them. During a pause nothing is refilled.
 */
const bucket = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local fields = {'limit', 'pausedUntil', 'at', 'factor', 'tokens', 'toldUntil', 'level'}
local known = {}
for at, value in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do known[fields[at]] = value end
local function stored(field, default) return tonumber(known[field]) or default end
local limit = tonumber(ARGV[1]) or stored('limit', 1)
local pausedUntil = stored('pausedUntil', 0)
local idleMs = math.max(0, now - math.max(stored('at', now), pausedUntil))
local factor = math.min(1, stored('factor', 1) + idleMs / ${recoveryMs})
local perMinute = math.max(1, limit * factor)
local burst = math.max(1, perMinute / 20)
local rate = (perMinute + 1 - burst) / ${60_000 + aheadMs}
local tokens = math.min(burst, stored('tokens', burst) + idleMs * rate)
local pauseMs = math.max(0, pausedUntil - now)
local function store(...)
  redis.call('HSET', KEYS[1], 'limit', limit, 'at', now, 'factor', factor, 'tokens', tokens, ...)
  redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(0, pausedUntil - now) + ${recoveryMs + calmMs}))
end
`

/**
 * Takes a token: `{1, ms to wait before it may be used, how many were taken}`, or `{0, ms until it is worth asking again}`. Each caller who waits, in place or
 * elsewhere, gets a time of its own.
 *
 * Where nobody waits it takes more ahead, if asked to, and at most half of what there is.
 *
 * ARGV: requests per minute, how many are wanted.
 */
export const takeScript: string = `${bucket}
local waitMs = pauseMs + math.max(0, 1 - tokens) / rate
if waitMs <= ${maxWaitMs} then
  local count = waitMs > 0 and 1 or math.max(1, math.min(tonumber(ARGV[2]), math.floor(tokens / 2)))
  tokens = tokens - count
  store()
  return {1, math.ceil(waitMs), count}
end
local dueAt = math.max(now + waitMs, stored('toldUntil', 0))
store('toldUntil', math.min(dueAt + 1 / rate, now + waitMs + 30000))
return {0, math.ceil(dueAt - now), 0}`

/**
 * Pauses the tenant for as long as the service asks, else for 1 s doubling to 60 s while throttling goes on, and halves its rate. Answers that
 * come during a pause were asked for before it, and make it no worse.
 *
 * ARGV: requests per minute, ms the service asks to wait or nothing, a random number below 1.
 */
export const throttledScript: string = `${bucket}
local askedMs = tonumber(ARGV[2])
local level = stored('level', 0)
if pauseMs > 0 then
  pausedUntil = math.max(pausedUntil, now + (askedMs or 0))
else
  level = now - pausedUntil < ${calmMs} and math.min(level + 1, 6) or 0
  local pause = askedMs and math.max(askedMs, 1000) or math.min(60000, 1000 * 2 ^ level)
  pausedUntil = now + pause * (1 + tonumber(ARGV[3]) / 4)
  factor = math.max(1 / 16, factor / 2)
end
tokens = math.min(tokens, 0)
store('pausedUntil', pausedUntil, 'level', level)`

/** `{requests per minute now, tokens, ms of pause left}`, or nothing while nothing is known. */
export const stateScript: string = `${bucket}
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
return {math.floor(perMinute), math.max(0, math.floor(tokens)), math.ceil(pauseMs)}`
