import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPlace, type Place, tenant } from '../test/place.ts'
import { connectRedis } from './connect-redis.ts'
import type { RedisConnection } from './open-redis.ts'
import { createRequestBudgets } from './request-budgets.ts'
import { aheadMs, takeScript, throttledScript } from './request-budgets-scripts.ts'
import { tenantKey } from './tenant-key.ts'

const minute = 60_000
const second = 1_000

let place: Place
let redis: RedisConnection
beforeAll(async () => {
  place = await openPlace()
  redis = place.redis
})
afterAll(() => place[Symbol.asyncDispose]())

let tenants = 0
function nextTenant() {
  tenants += 1
  return tenant(tenants)
}

/** A tenant's budget at times a test names: the scripts as they are, but for Redis' clock. */
function budgetAt(limit: number) {
  const key = tenantKey(nextTenant(), 'budget')
  const run = (script: string, now: number, ...args: (string | number)[]) =>
    redis.eval(script.replace("redis.call('TIME')", '{tonumber(ARGV[#ARGV]) / 1000, 0}'), 1, key, limit, ...args, now)
  return {
    /** When a request asked for now is sent, or when to ask again. */
    take: async (now: number, wanted = 1) => {
      const [isGranted, waitMs, count] = (await run(takeScript, now, wanted)) as [number, number, number]
      return isGranted === 1 ? { sentAt: now + waitMs, ahead: count - 1 } : { againAt: now + waitMs, ahead: 0 }
    },
    throttled: (now: number, retryAfterMs?: number) => run(throttledScript, now, retryAfterMs ?? '', 0),
  }
}

type Budget = ReturnType<typeof budgetAt>

/** Asks `perSecond` times a second and returns when requests were sent. */
async function askFor(budget: Budget, { from, to, perSecond }: { from: number; to: number; perSecond: number }): Promise<number[]> {
  const times = Array.from({ length: ((to - from) / second) * perSecond }, (_, index) => from + (index * second) / perSecond)
  const answers = await Promise.all(times.map((now) => budget.take(now)))
  return answers.flatMap(({ sentAt }) => sentAt ?? []).filter((at) => at < to)
}

const take = fc.record({
  kind: fc.constant('take'),
  count: fc.integer({ min: 1, max: 12 }),
  wanted: fc.integer({ min: 1, max: 10 }),
  /** When what was taken ahead is sent. */
  lateMs: fc.constantFrom(0, aheadMs),
})
const wait = (maxMs: number) => fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 0, max: maxMs }) })
const throttle = fc.record({ kind: fc.constant('throttle'), ms: fc.option(fc.integer({ min: 0, max: 90 * second })) })
/** A tenant that keeps asking for minutes on end, or one that is idle and throttled now and then. */
const steps = fc.oneof(
  fc.array(fc.oneof(take, wait(2 * second)), { minLength: 200, maxLength: 300 }),
  fc.array(fc.oneof(take, take, wait(2 * second), wait(90 * second), throttle), { minLength: 20, maxLength: 200 }),
)

describe('a budget', () => {
  test('lets no more than its limit through in any 60 seconds, whatever happens', async () => {
    const limits = fc.constantFrom(1, 2, 7, 20, 21, 60, 200)
    await fc.assert(
      fc.asyncProperty(limits, steps, async (limit, taken) => {
        const budget = budgetAt(limit)
        let now = Date.UTC(2024, 2, 14)
        const sent: number[] = []
        for (const each of taken) {
          if ('count' in each) {
            const answers = await Promise.all(Array.from({ length: each.count }, () => budget.take(now, each.wanted)))
            sent.push(...answers.flatMap(({ sentAt, ahead }) => [sentAt ?? [], Array(ahead).fill(now + each.lateMs)].flat()))
          } else if (each.kind === 'wait') now += each.ms ?? 0
          else await budget.throttled(now, each.ms ?? undefined)
        }
        sent.sort((a, b) => a - b)
        expect(sent.filter((at, index) => (sent[index + limit] ?? Number.POSITIVE_INFINITY) - at < minute)).toEqual([])
      }),
      { numRuns: 60 },
    )
  }, 120_000)

  test('counts what is taken ahead and sent as late as may be', async () => {
    const budget = budgetAt(6_000)
    const sent: number[] = []
    for (let times = 0; times < 10; times += 1) {
      const { sentAt = 0, ahead } = await budget.take(0, 1_000)
      sent.push(sentAt, ...Array(ahead).fill(sentAt + aheadMs))
    }
    sent.push(...(await askFor(budget, { from: aheadMs, to: minute + aheadMs, perSecond: 120 })))
    expect(sent.filter((at) => aheadMs <= at && at < minute + aheadMs).length).toSatisfy((count: number) => count > 5_900 && count <= 6_000)
  })

  test.each([1, 60, 600])('of %i requests a minute is used up to its limit by who asks often', async (limit) => {
    const sent = await askFor(budgetAt(limit), { from: 0, to: 5 * minute, perSecond: 20 })
    expect(sent.length).toBeGreaterThan(5 * limit * 0.95 - 1)
    expect(sent.length).toBeLessThanOrEqual(5 * limit)
  })

  test('gives each who waits a time of its own, in place or elsewhere', async () => {
    const budget = budgetAt(600)
    const answers = await Promise.all(Array.from({ length: 100 }, () => budget.take(0)))
    const sent = answers.flatMap(({ sentAt }) => sentAt ?? [])
    const again = answers.flatMap(({ againAt }) => againAt ?? [])
    expect(sent.filter((at) => at === 0)).toHaveLength(30)
    expect(Math.max(...sent)).toBeLessThanOrEqual(second)
    const waits = [...sent.slice(29), ...again]
    expect(waits.slice(1).every((at, index) => at - (waits[index] ?? 0) >= 100)).toBe(true)
    expect(Math.min(...again)).toBeGreaterThan(second)
  })
})

describe('a throttled tenant', () => {
  test.each([30 * second, 3_600 * second])('sends nothing for the %i ms that the service asks for', async (retryAfterMs) => {
    const budget = budgetAt(600)
    await budget.throttled(0, retryAfterMs)
    const { againAt } = await budget.take(1)
    expect(againAt).toBeGreaterThan(retryAfterMs)
    expect(await budget.take(retryAfterMs + second)).toMatchObject({ sentAt: retryAfterMs + second })
  })

  test('is paused for 1 s, doubling to 60 s while throttling goes on, and for 1 s again after a quiet minute', async () => {
    const budget = budgetAt(6000)
    const pauses: number[] = []
    let now = minute
    const throttleAndResume = async () => {
      await budget.throttled(now)
      const { sentAt, againAt } = await budget.take(now)
      const resumedAt = sentAt ?? againAt ?? Number.NaN
      pauses.push(Math.floor((resumedAt - now) / second))
      now = resumedAt + second
    }
    for (let times = 0; times < 8; times += 1) await throttleAndResume()
    now += minute
    await throttleAndResume()
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 1])
  })

  test('by many answers at once is paused once', async () => {
    const [one, many] = [budgetAt(600), budgetAt(600)]
    await one.throttled(0)
    for (let answers = 0; answers < 50; answers += 1) await many.throttled(answers)
    const range = { from: 2 * second, to: 12 * second, perSecond: 30 }
    expect(await askFor(many, range)).toEqual(await askFor(one, range))
  })

  test('waits as long as a later answer asks, if that is longer', async () => {
    const budget = budgetAt(600)
    await budget.throttled(0, 10 * second)
    await budget.throttled(second, 60 * second)
    await budget.throttled(2 * second, second)
    expect((await budget.take(3 * second)).againAt).toBeGreaterThan(61 * second)
  })

  test('is given nothing back by late answers', async () => {
    const budget = budgetAt(600)
    await budget.throttled(minute)
    let sent = 0
    for (let answers = 0; answers < 50; answers += 1) {
      for (let takes = 0; takes < 5; takes += 1) sent += 'sentAt' in (await budget.take(minute + 900)) ? 1 : 0
      await budget.throttled(minute + 900)
    }
    expect(sent).toBeLessThan(10)
  })

  test('sends at half its rate, and at all of it again some minutes later', async () => {
    const budget = budgetAt(600)
    const rateFrom = async (from: number) => (await askFor(budget, { from, to: from + 10 * second, perSecond: 30 })).length * 6
    await budget.throttled(0)
    expect(await rateFrom(2 * second)).toSatisfy((rate: number) => rate > 250 && rate < 400)
    expect(await rateFrom(2 * minute)).toSatisfy((rate: number) => rate > 450 && rate < 700)
    expect(await rateFrom(5 * minute)).toBeGreaterThan(590)
  })

  test('again and again keeps a sixteenth of its rate', async () => {
    const budget = budgetAt(960)
    for (let times = 0; times < 20; times += 1) await budget.throttled(times * minute)
    expect(await askFor(budget, { from: 20 * minute, to: 21 * minute, perSecond: 10 })).toSatisfy(
      ({ length }: number[]) => length >= 60 && length < 200,
    )
  })
})

describe('in real time', () => {
  test('workers share one budget, wait for their turn in place, and are told when to come back', async () => {
    await using other = await openConnection()
    const tenantId = nextTenant()
    const budgets = [createRequestBudgets(redis).of(tenantId, 240), createRequestBudgets(other.redis).of(tenantId, 240)] as const
    const begun = performance.now()
    // A burst of 12, three within the second at 3.8 a second, and the rest later.
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => budgets[index % 2 === 0 ? 0 : 1].take()))
    expect(performance.now() - begun).toBeGreaterThan(700)
    expect(results.filter(({ status }) => status === 'fulfilled').length).toSatisfy((sent: number) => sent >= 15 && sent < 18)
    expect(results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))).toContainEqual(
      expect.objectContaining({
        code: 'REQUEST_BUDGET_SPENT',
        message: expect.stringContaining(tenantId),
        retry: { again: true, afterMs: expect.toSatisfy((ms: number) => ms > 1_000 && ms < 3_000) },
      }),
    )
  })

  test('a throttled tenant delays nobody else', async () => {
    const budgets = createRequestBudgets(redis)
    const [throttled, other] = [nextTenant(), nextTenant()]
    await budgets.of(throttled, 2_000).throttled(60_000)
    await expect(budgets.of(throttled, 2_000).take()).rejects.toMatchObject({ code: 'REQUEST_BUDGET_SPENT' })
    await budgets.of(other, 2_000).take()
    expect(await budgets.state(throttled)).toMatchObject({ requestsPerMinute: 1_000, remaining: 0 })
    expect((await budgets.state(throttled))?.pausedForMs).toSatisfy((ms: number) => ms > 59_000 && ms <= 75_000)
    expect(await budgets.state(other)).toEqual({
      requestsPerMinute: 2_000,
      remaining: expect.toSatisfy((requests: number) => requests === 99 || requests === 100),
      pausedForMs: 0,
    })
  })

  test('a wait ends with the reason of its signal', async () => {
    const budget = createRequestBudgets(redis).of(nextTenant(), 70)
    const controller = new AbortController()
    for (let times = 0; times < 3; times += 1) await budget.take()
    const waiting = budget.take({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  test('what nobody uses is forgotten by itself', async () => {
    const tenantId = nextTenant()
    expect(await createRequestBudgets(redis).state(tenantId)).toBeUndefined()
    await createRequestBudgets(redis).of(tenantId, 60).take()
    expect(await redis.pttl(tenantKey(tenantId, 'budget'))).toSatisfy((ms: number) => ms > 300_000 && ms <= 360_000)
    await createRequestBudgets(redis).of(tenantId, 60).throttled(3_600_000)
    expect(await redis.pttl(tenantKey(tenantId, 'budget'))).toBeGreaterThan(3_600_000)
  })

  test('a lost Redis loses what was counted, and a Redis that is away is waited for', async () => {
    await using own = await openPlace()
    const budget = createRequestBudgets(own.redis).of(nextTenant(), 60)
    for (let times = 0; times < 3; times += 1) await budget.take()
    await own.server.kill()
    const taking = budget.take()
    await own.server.restart({ wipe: true })
    await taking
    await Promise.all([budget.take(), budget.take()])
  })
})

async function openConnection() {
  const connection = await connectRedis(place.server.url)
  return { redis: connection, [Symbol.asyncDispose]: async () => connection.disconnect() }
}
