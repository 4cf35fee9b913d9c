import { MailtrailError } from '@mailtrail/core'
import { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import { readBacklog } from './read-backlog.ts'
import { isScheduled } from './scheduling-notes.ts'
import { contentsPerTurn } from './turns.ts'
import { queueNames, queuePrefix } from './work-queues.ts'

/** Named as scalers read them. */
export interface StageSignal {
  /** Jobs that a worker could take now; of contents also the turns that are not let in yet. */
  readonly ready_jobs: number
  /** Whole seconds since the oldest of them was first queued, or its contents offered; 0 only where there is none. */
  readonly oldest_ready_seconds: number
}

export type QueueSignals = Readonly<Record<keyof typeof queueNames, StageSignal>>

/** Of each kind of waiting jobs, those that were queued first: more than the listings of an incident that go before them. */
const lookedAt = 300

/**
 * {ready, time of the oldest, time}, in milliseconds by the clock of Redis; no time where none is known. Without workers nobody moves a job whose delay is
 * over, or whose worker died, so that they count as ready here.
 */
const stageScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = string.format('%.0f', (now + 1) * 4096 - 1)
local last = ARGV[1] - 1
local ready = redis.call('LLEN', KEYS[1]) + redis.call('LLEN', KEYS[2]) + redis.call('ZCARD', KEYS[3]) + redis.call('ZCOUNT', KEYS[4], 0, due)
local looked = {
  redis.call('LRANGE', KEYS[1], -ARGV[1], -1),
  redis.call('LRANGE', KEYS[2], -ARGV[1], -1),
  redis.call('ZRANGE', KEYS[3], 0, last),
  redis.call('ZRANGEBYSCORE', KEYS[4], 0, due, 'LIMIT', 0, ARGV[1]),
  {},
}
for _, id in ipairs(redis.call('LRANGE', KEYS[5], -ARGV[1], -1)) do
  if redis.call('EXISTS', KEYS[6] .. id .. ':lock') == 0 then
    ready = ready + 1
    table.insert(looked[5], id)
  end
end
local oldest
for _, ids in ipairs(looked) do
  for _, id in ipairs(ids) do
    local at = tonumber(redis.call('HGET', KEYS[6] .. id, 'timestamp'))
    if at and (not oldest or at < oldest) then oldest = at end
  end
end
return {ready, oldest or false, now}`

/**
 * Tells what waits in each stage. What Redis does for it grows with the number of tenants, not with what waits.
 *
 * @throws {@link MailtrailError} `SIGNALS_UNKNOWN` where a figure could be less than the truth: nobody schedules, or an age is not known
 */
export function createQueueSignals(redis: RedisConnection): () => Promise<QueueSignals> {
  return async () => {
    if (!(await isScheduled(redis)))
      throw unknown('nobody has queued what is due for over a minute: start a scheduler, or see why it fails')
    const [windows, turns, alerts, compactions, backlog] = await Promise.all([
      readStage(redis, queueNames.windows),
      readStage(redis, queueNames.contents),
      readStage(redis, queueNames.alerts),
      readStage(redis, queueNames.compactions),
      readBacklog(redis),
    ])
    const ready = turns.ready + Math.ceil(backlog.contents / contentsPerTurn)
    const contents = { ready, oldestMs: Math.max(turns.oldestMs, backlog.oldestMs) }
    return { windows: toSignal(windows), contents: toSignal(contents), alerts: toSignal(alerts), compactions: toSignal(compactions) }
  }
}

/** What waits, and how long the oldest of it has. */
interface Waiting {
  readonly ready: number
  readonly oldestMs: number
}

async function readStage(redis: RedisConnection, queue: string): Promise<Waiting> {
  const prefix = `${queuePrefix}:${queue}:`
  const keys = ['wait', 'paused', 'prioritized', 'delayed', 'active'].map((state) => prefix + state)
  const [ready, oldest, now] = answer.parse(await redis.eval(stageScript, 6, ...keys, prefix, lookedAt))
  if (ready > 0 && oldest === null) throw unknown(`of ${ready} jobs of ${queue} none tells when it was queued`)
  return { ready, oldestMs: oldest === null ? 0 : now - oldest }
}

const answer = z.tuple([z.number(), z.number().nullable(), z.number()])

/** What is there has an age, however short and whatever the clocks of those who queued it. */
function toSignal({ ready, oldestMs }: Waiting): StageSignal {
  return { ready_jobs: ready, oldest_ready_seconds: ready === 0 ? 0 : Math.max(1, Math.ceil(oldestMs / 1_000)) }
}

function unknown(reason: string): MailtrailError {
  return new MailtrailError('SIGNALS_UNKNOWN', `What waits cannot be told: ${reason}.`, { retry: { again: true } })
}
