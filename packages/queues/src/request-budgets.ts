import { setTimeout as delay } from 'node:timers/promises'
import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import { redisScript } from './redis-script.ts'
import { stateScript, takeScript, throttledScript } from './request-budgets-scripts.ts'
import { RequestsAhead } from './requests-ahead.ts'
import { tenantKey } from './tenant-key.ts'

/** What one tenant may send, shared by all who send in its name. */
export interface TenantBudget {
  /**
   * Takes one request; ends when it may be sent, within about a second.
   *
   * @throws {@link MailtrailError} `REQUEST_BUDGET_SPENT` when it would take longer, with `retry.afterMs`
   */
  take(options?: Abortable): Promise<void>
  /** Pauses the tenant, for as long as the service asks or for longer each time, and sends at half the rate for some minutes. */
  throttled(retryAfterMs: number | undefined): Promise<void>
}

export interface BudgetState {
  /** What is granted at present, below the limit for some minutes after a throttling. */
  readonly requestsPerMinute: number
  /** Requests that may be sent at once. */
  readonly remaining: number
  readonly pausedForMs: number
}

/**
 * Bounds the requests of each tenant over all workers, so that no 60 seconds see more than its limit. A tenant that waits delays nobody else.
 * Time is real, Redis' own. Losing Redis loses what was counted, and nothing else.
 */
export interface RequestBudgets {
  /** @param requestsPerMinute - 1 or more */
  of(tenantId: TenantId, requestsPerMinute: number): TenantBudget
  /** Undefined while nothing is known: some minutes after the last request, or when Redis lost it. */
  state(tenantId: TenantId): Promise<BudgetState | undefined>
}

const taken = z.tuple([z.number(), z.number(), z.number()])
const state = z.tuple([z.number(), z.number(), z.number()]).nullable()

const [runTake, runThrottled, runState] = [redisScript(takeScript), redisScript(throttledScript), redisScript(stateScript)]

export function createRequestBudgets(redis: RedisConnection): RequestBudgets {
  const keyOf = (tenantId: TenantId): string => tenantKey(tenantId, 'budget')
  return {
    of: (tenantId, requestsPerMinute) => {
      const ahead = new RequestsAhead()
      let asking: Promise<unknown> | undefined
      const ask = async (): Promise<number> => {
        const askedAt = performance.now()
        const [isGranted, waitMs, count] = taken.parse(await runTake(redis, [keyOf(tenantId)], [requestsPerMinute, ahead.wanted(askedAt)]))
        if (isGranted === 0) throw budgetSpent(tenantId, waitMs)
        ahead.keep(count - 1, askedAt)
        return waitMs
      }
      return {
        take: async ({ signal } = {}) => {
          while (!ahead.use(performance.now())) {
            // Who asks may bring enough for all who do at the same time.
            if (asking !== undefined) {
              await asking
              continue
            }
            const answer = ask()
            const isOver = (): void => {
              asking = undefined
            }
            asking = answer.then(isOver, isOver)
            const waitMs = await answer
            if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => signal?.throwIfAborted())
            return
          }
        },
        throttled: async (retryAfterMs) => {
          ahead.drop()
          await runThrottled(redis, [keyOf(tenantId)], [requestsPerMinute, retryAfterMs ?? '', Math.random()])
          // What was asked for before came meanwhile.
          ahead.drop()
        },
      }
    },
    state: async (tenantId) => {
      const found = state.parse(await runState(redis, [keyOf(tenantId)], []))
      if (found === null) return undefined
      const [requestsPerMinute, remaining, pausedForMs] = found
      return { requestsPerMinute, remaining, pausedForMs }
    },
  }
}

function budgetSpent(tenantId: TenantId, afterMs: number): MailtrailError {
  const message = `Tenant ${tenantId} has spent its requests for now; the next is due in ${afterMs} ms. Wait, or raise its limit if Microsoft grants more.`
  return new MailtrailError('REQUEST_BUDGET_SPENT', message, { retry: { again: true, afterMs } })
}
