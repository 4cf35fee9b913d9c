import { dayMs, type EndedWork, type TenantId, type WorkFailure } from '@mailtrail/core'
import { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import { tenantKey } from './tenant-key.ts'

/**
 * Counts the jobs that ended without doing their work, until the work is done or a dead letter. That is as much as fails by its own fault within an hour;
 * losing it, what fails is counted anew.
 */
export interface EndedJobCounts {
  note(tenantId: TenantId, workId: string, failure: WorkFailure, attempts: number): Promise<EndedWork>
  forget(tenantId: TenantId, workId: string): Promise<void>
}

/** What has not failed for so long is forgotten. The slowest work to be queued again, a fold, is within six hours. */
const keptMs = dayMs

const failure = z.object({ code: z.string(), message: z.string(), at: z.number() })
const schema: z.ZodType<EndedWork> = z.object({ first: failure, last: failure, jobs: z.number(), attempts: z.number() })

export function createEndedJobs(redis: RedisConnection): EndedJobCounts {
  const keyOf = (tenantId: TenantId, workId: string): string => tenantKey(tenantId, `ended:${workId}`)
  return {
    // Two at once may count as one, so that a letter comes a little later.
    note: async (tenantId, workId, last, attempts) => {
      const text = await redis.get(keyOf(tenantId, workId))
      const known = text === null ? { first: last, jobs: 0, attempts: 0 } : schema.parse(JSON.parse(text))
      const now: EndedWork = { first: known.first, last, jobs: known.jobs + 1, attempts: known.attempts + attempts }
      await redis.set(keyOf(tenantId, workId), JSON.stringify(now), 'PX', keptMs)
      return now
    },
    forget: async (tenantId, workId) => {
      await redis.del(keyOf(tenantId, workId))
    },
  }
}
