import type { RedisConnection } from './open-redis.ts'

/** The scheduler looks at each tenant every minute. */
const progressSeconds = 90
const progressEveryMs = 5_000
const progressKey = 'mailtrail:scheduled'
const sinceKey = 'mailtrail:queued-since'

/** What schedulers leave in Redis for each other, and for whoever asks whether anybody schedules. */
export interface SchedulingNotes {
  /** Since when what was queued is in Redis, by the fleet's clock: `now` where Redis is new, or came back empty. */
  queuedSince(now: number): Promise<number>
  /** Notes that what was due is queued, for a tenant or for all; every few seconds is enough. */
  noteProgress(): Promise<void>
}

export function createSchedulingNotes(redis: RedisConnection): SchedulingNotes {
  let notedAt = Number.NEGATIVE_INFINITY
  return {
    queuedSince: async (now) => {
      await redis.set(sinceKey, now, 'NX')
      return Number((await redis.get(sinceKey)) ?? now)
    },
    noteProgress: async () => {
      if (performance.now() < notedAt + progressEveryMs) return
      notedAt = performance.now()
      await redis.set(progressKey, 1, 'EX', progressSeconds)
    },
  }
}

/** Whether anybody scheduled within the last minute and a half. */
export async function isScheduled(redis: RedisConnection): Promise<boolean> {
  return (await redis.exists(progressKey)) === 1
}
