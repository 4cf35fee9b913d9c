import type { connectRedis } from '@mailtrail/queues'

/**
 * Lets the waits pass that are in real time, of jobs that are set aside and of tenants that are throttled: a step of simulated time is longer than any of
 * them. Names and scores are those of BullMQ, which wakes a worker by the marker of its queue.
 */
const script = `
local time = redis.call('TIME')
local due = (time[1] * 1000) * 4096
for _, key in ipairs(redis.call('KEYS', '*:delayed')) do
  for _, job in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZADD', key, 'LT', due, job) end
  redis.call('ZADD', string.gsub(key, 'delayed$', 'marker'), 0, '0')
end
for _, key in ipairs(redis.call('KEYS', '*budget*')) do redis.call('DEL', key) end`

export async function letWaitsPass(redis: Awaited<ReturnType<typeof connectRedis>>): Promise<void> {
  await redis.eval(script, 0)
}
