import { hourMs, MailtrailError, minuteMs, type TenantId } from '@mailtrail/core'
import { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import { tenantKey } from './tenant-key.ts'

/** Why a tenant's calls wait, and until when by the fleet's clock (UTC milliseconds). */
export interface Brake {
  readonly code: string
  readonly until: number
}

/**
 * What refuses a whole tenant (consent, credential, auditing) refuses each of its calls, so that a probe now and then is enough. Losing a
 * brake costs a few refused calls.
 */
export interface TenantBrakes {
  /**
   * Holds the tenant back if `error` speaks of all of it.
   *
   * @returns what the job is to fail with: the error, and of a tenant that is held back one that is not repeated, for the scheduler asks again
   */
  hold(tenantId: TenantId, error: unknown, now: number): Promise<unknown>
  read(tenantId: TenantId): Promise<Brake | undefined>
  release(tenantId: TenantId): Promise<void>
}

/** What others have to mend is asked for rarely; what may be mended here, sooner. A subscription may be started every 15 minutes. */
const holdsMs: ReadonlyMap<string, number> = new Map([
  ['ACTIVITY_API_AUDITING_OFF', hourMs],
  ['ACTIVITY_API_TENANT_UNKNOWN', hourMs],
  ['ACTIVITY_API_ACCESS_BLOCKED', 15 * minuteMs],
  ['ACTIVITY_API_CONSENT_MISSING', 15 * minuteMs],
  ['ACTIVITY_API_LOGIN_FAILED', 15 * minuteMs],
  ['SECRET_UNAVAILABLE', 5 * minuteMs],
  ['SUBSCRIPTION_OFF', 15 * minuteMs],
])

const schema: z.ZodType<Brake> = z.object({ code: z.string(), until: z.number() })

/** Beyond the longest hold, so that the probe that follows is known to be one. */
const keptSeconds = 4 * 3_600

export function createTenantBrakes(redis: RedisConnection): TenantBrakes {
  const keyOf = (tenantId: TenantId): string => tenantKey(tenantId, 'brake')
  return {
    hold: async (tenantId, error, now) => {
      const holdMs = error instanceof MailtrailError ? holdsMs.get(error.code) : undefined
      if (holdMs === undefined || !(error instanceof MailtrailError)) return error
      await redis.set(keyOf(tenantId), JSON.stringify({ code: error.code, until: now + holdMs } satisfies Brake), 'EX', keptSeconds)
      return new MailtrailError(error.code, error.message, { cause: error })
    },
    read: async (tenantId) => {
      const value = await redis.get(keyOf(tenantId))
      return value === null ? undefined : schema.parse(JSON.parse(value))
    },
    release: async (tenantId) => {
      await redis.del(keyOf(tenantId))
    },
  }
}
