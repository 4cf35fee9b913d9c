import { eachConcurrently, MailtrailError, type TenantId } from '@mailtrail/core'
import { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import { turnKeys } from './turns.ts'
import { createWaitingTenants } from './waiting-tenants.ts'

/** Contents that wait behind the turns that were let in. */
export interface Backlog {
  readonly contents: number
  /** How long the first offered of them has waited. */
  readonly oldestMs: number
}

/** What expires first goes first, and mostly was offered first: the oldest offer is looked for at both ends. */
const lookedAt = 8
const tenantsAtOnce = 64

/** {contents, how long the oldest waits}: -1 where an older release left no time. */
const script = `
local entries = redis.call('ZCARD', KEYS[1])
if entries == 0 then return {0, 0} end
local time = redis.call('TIME')
local oldest
for _, range in ipairs({{0, ARGV[1] - 1}, {-ARGV[1], -1}}) do
  for _, entry in ipairs(redis.call('ZRANGE', KEYS[1], range[1], range[2])) do
    local since = tonumber(string.match(redis.call('HGET', KEYS[2], entry) or '', '%d+:%d+:(%d+)'))
    if since and (not oldest or since < oldest) then oldest = since end
  end
end
return {math.max(entries, tonumber(redis.call('HGET', KEYS[2], 'contents') or 0)), oldest and time[1] - oldest or -1}`

const answer = z.tuple([z.number(), z.number()])

/** @throws {@link MailtrailError} `SIGNALS_UNKNOWN` where contents wait and it is not known since when */
export async function readBacklog(redis: RedisConnection): Promise<Backlog> {
  const tenants = createWaitingTenants(redis)
  let [contents, oldestSeconds] = [0, 0]
  await eachConcurrently(await tenants.list(), { limit: tenantsAtOnce }, async (tenantId: TenantId) => {
    const { waiting, cursors } = turnKeys(tenantId)
    const [count, seconds] = answer.parse(await redis.eval(script, 2, waiting, cursors, lookedAt))
    if (seconds < 0) throw unknownAge(tenantId)
    if (count === 0) await tenants.drop(tenantId)
    contents += count
    oldestSeconds = Math.max(oldestSeconds, seconds)
  })
  return { contents, oldestMs: oldestSeconds * 1_000 }
}

function unknownAge(tenantId: TenantId): MailtrailError {
  const message = `What waits cannot be told: contents of tenant ${tenantId} wait since an older release offered them.`
  return new MailtrailError('SIGNALS_UNKNOWN', message, { retry: { again: true } })
}
