import { MailtrailError } from '@mailtrail/core'
import { startRedis, startRedisCluster } from '@mailtrail/testing'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { tenant, until } from '../test/place.ts'
import { connectRedis } from './connect-redis.ts'
import { type CompactionTask, compactionTaskSchema, type TurnTask, turnTaskSchema, windowTaskSchema } from './jobs.ts'
import { startLeaderLease } from './leader-lease.ts'
import type { RedisConnection } from './open-redis.ts'
import { queueHealth } from './queue-health.ts'
import { createReceipts } from './receipts.ts'
import { createRequestBudgets } from './request-budgets.ts'
import { createSchedulingNotes } from './scheduling-notes.ts'
import { startWorker } from './start-worker.ts'
import { createTenantBrakes } from './tenant-brakes.ts'
import { contentsPerTurn, createTurns } from './turns.ts'
import { createWorkQueues } from './work-queues.ts'

const log = pino({ level: 'silent' })
const span = { contentType: 'Audit.Exchange', start: 0, end: 600_000 }
const tenants = Array.from({ length: 8 }, (_, number) => tenant(number + 1))

const kinds = {
  'one server': async (parts) => connectRedis(parts.use(await startRedis()).fleetUrl),
  'a cluster': async (parts) => connectRedis(parts.use(await startRedisCluster()).fleetUrl),
} satisfies Record<string, (parts: AsyncDisposableStack) => Promise<RedisConnection>>

test.each(Object.entries(kinds))('the user that a fleet has does all that a fleet does on %s', async (_, connect) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connect(parts), (connection) => connection.disconnect())
  const queues = parts.use(createWorkQueues(redis))
  const turns = createTurns(redis, queues)
  const done: string[] = []
  const common = { concurrency: 4, jobLockMs: 1_000, log }
  parts.use(await startWorker<TurnTask>(redis, { queue: 'contents', schema: turnTaskSchema, handle: takeTurn, ...common }))
  async function takeTurn({ tenantId, offset, turnId }: TurnTask, { attempt }: { attempt: number }): Promise<void> {
    if (offset === 0 && attempt === 1) throw new Error('once more')
    done.push(`${tenantId}/${offset}`)
    await turns.release(tenantId, turnId)
  }
  parts.use(await startWorker(redis, { queue: 'windows', schema: windowTaskSchema, handle: async () => {}, ...common }))
  const compaction = { queue: 'compactions', schema: compactionTaskSchema, handle: async () => {}, ...common }
  parts.use(await startWorker<CompactionTask>(redis, compaction))
  for (const tenantId of tenants) {
    await turns.offer({ tenantId, entryKey: 'ledger/a', total: 5 * contentsPerTurn, expiration: 0, lane: 'live' })
    await turns.offer({ tenantId, entryKey: 'ledger/a', total: 5 * contentsPerTurn, expiration: 0, lane: 'incident' })
    await queues.list({ tenantId, ...span, entry: 'listed', lane: 'incident' })
    await queues.seal({ tenantId, ...span, overdue: false })
    await queues.peek({ tenantId, ...span })
    await queues.compact({ tenantId, date: '2024-03-14' })
    await queues.retain({ tenantId })
    await useRest(redis, tenantId)
  }
  await expectSignals(redis)
  await until(async () => expect(await queues.unfinished()).toBe(0))
  const offsets = [0, 1, 2, 3, 4].map((turn) => turn * contentsPerTurn)
  expect(done.toSorted()).toEqual(tenants.flatMap((tenantId) => offsets.map((offset) => `${tenantId}/${offset}`)).toSorted())
})

/** What leaders and those who ask for signals do, while contents wait. */
async function expectSignals(redis: RedisConnection): Promise<void> {
  await using lease = await startLeaderLease(redis, { name: 'scheduler', onTaken: () => {}, onLost: () => {} })
  expect(lease.isHeld()).toBe(true)
  const notes = createSchedulingNotes(redis)
  expect(await notes.queuedSince(1)).toBe(1)
  await notes.noteProgress()
  const { ready, signals } = queueHealth(redis)
  expect(await ready.redis?.()).toEqual({ isOk: true })
  await redis.zadd('mailtrail:waiting-tenants', 0, tenant(99))
  expect(Object.keys(await signals())).toEqual(['windows', 'contents', 'alerts', 'compactions'])
  expect(await redis.zscore('mailtrail:waiting-tenants', tenant(99))).toBeNull()
}

/** Each command of what a fleet keeps beside its queues. */
async function useRest(redis: RedisConnection, tenantId: (typeof tenants)[number]): Promise<void> {
  const receipts = createReceipts(redis)
  await receipts.add(tenantId, span, { id: 'a', outcome: 'expired', recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] })
  expect(await receipts.read(tenantId, span, ['a', 'b'])).toHaveProperty('size', 1)
  expect(await receipts.count(tenantId, span)).toBe(1)
  await receipts.forget(tenantId, span)
  const budgets = createRequestBudgets(redis)
  await budgets.of(tenantId, 600).take()
  await budgets.of(tenantId, 600).throttled(1)
  expect(await budgets.state(tenantId)).toMatchObject({ requestsPerMinute: 300 })
  const brakes = createTenantBrakes(redis)
  await brakes.hold(tenantId, new MailtrailError('SUBSCRIPTION_OFF', 'It is off.'), 0)
  expect(await brakes.read(tenantId)).toHaveProperty('code', 'SUBSCRIPTION_OFF')
  await brakes.release(tenantId)
}
