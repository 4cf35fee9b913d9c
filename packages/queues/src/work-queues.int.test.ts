import { MailtrailError } from '@mailtrail/core'
import { describe, expect, test, vi } from 'vitest'
import { openPlace, type Place, tenant, until } from '../test/place.ts'
import { compactionTaskSchema, turnTaskSchema, windowTaskSchema } from './jobs.ts'
import type { WorkQueues } from './work-queues.ts'

const span = { tenantId: tenant(1), contentType: 'Audit.Exchange', start: 0, end: 600_000 }
const turn = { tenantId: tenant(1), entryKey: 'ledger/a', offset: 0, count: 20, turnId: 'turn-1-a' }
const compaction = { tenantId: tenant(1), date: '2024-03-14' }
const fold = { ...compaction, contentType: 'Audit.Exchange', fold: 1 }
const alert = { tenantId: tenant(1), date: '2024-03-14', alertId: 'f'.repeat(64), destination: 'siem' }

describe('a task', () => {
  const tasks: { name: string; add: (queues: WorkQueues) => Promise<void> }[] = [
    { name: 'list', add: (queues) => queues.list({ ...span, entry: 'listed', lane: 'live' }) },
    { name: 'seal', add: (queues) => queues.seal({ ...span, overdue: false }) },
    { name: 'turn', add: (queues) => queues.turn(turn) },
    { name: 'alert', add: (queues) => queues.alert(alert) },
    { name: 'compact', add: async (queues) => void (await queues.compact(compaction)) },
    { name: 'fold', add: async (queues) => void (await queues.fold(fold)) },
  ]

  test.each(tasks)('to $name, queued again while it waits, is one job', async ({ add }) => {
    await using place = await openPlace()
    await Promise.all([add(place.queues), add(place.queues)])
    await add(place.queues)
    expect(await place.queues.unfinished()).toBe(1)
  })

  test('differs by tenant, span, content type and what is to be done', async () => {
    await using place = await openPlace()
    await place.queues.list({ ...span, entry: 'listed', lane: 'live' })
    await place.queues.list({ ...span, entry: 'sweep-1h', lane: 'live' })
    await place.queues.list({ ...span, entry: 'listed', lane: 'live', tenantId: tenant(2) })
    await place.queues.list({ ...span, entry: 'listed', lane: 'live', contentType: 'Audit.General' })
    await place.queues.list({ ...span, entry: 'listed', lane: 'live', end: 3_600_000 })
    await place.queues.seal({ ...span, overdue: false })
    await place.queues.seal({ ...span, overdue: true })
    await place.queues.alert(alert)
    await place.queues.alert({ ...alert, destination: 'other' })
    expect(await place.queues.unfinished()).toBe(9)
  })

  test('can be queued again once it is done', async () => {
    await using place = await openPlace()
    const handle = vi.fn(async () => {})
    await place.work({ queue: 'windows', schema: windowTaskSchema, handle })
    for (let times = 1; times <= 2; times += 1) {
      await place.queues.list({ ...span, entry: 'listed', lane: 'live' })
      await until(() => expect(handle).toHaveBeenCalledTimes(times))
      await place.settled()
    }
  })

  test('can be queued again once it has failed for good', async () => {
    await using place = await openPlace()
    const handle = vi.fn(async () => {
      throw new MailtrailError('NO_USE', 'It is no use.')
    })
    await place.work({ queue: 'windows', schema: windowTaskSchema, handle })
    for (let times = 1; times <= 2; times += 1) {
      await place.queues.list({ ...span, entry: 'listed', lane: 'live' })
      await until(() => expect(handle).toHaveBeenCalledTimes(times))
      await place.settled()
    }
  })
})

describe('while it runs,', () => {
  test('a listing asked for again is not run again', async () => {
    await using place = await openPlace()
    const runs = await runOnce(place, () => place.queues.list({ ...span, entry: 'listed', lane: 'live' }), 1)
    expect(runs).toBe(1)
  })

  test.each([1, 3])('a seal asked for again (%i times) runs once more', async (times) => {
    await using place = await openPlace()
    const runs = await runOnce(place, () => place.queues.seal({ ...span, overdue: false }), times)
    expect(runs).toBe(2)
  })

  test('a seal asked for again has all its attempts', async () => {
    await using place = await openPlace()
    const { promise, resolve } = Promise.withResolvers<void>()
    let runs = 0
    await place.work({
      queue: 'windows',
      schema: windowTaskSchema,
      handle: async (_, { lastAttempt }) => {
        runs += 1
        if (runs === 1) return promise
        expect(lastAttempt).toBe(false)
        if (runs === 2) throw new MailtrailError('AGAIN', 'Once more.', { retry: { again: true } })
      },
    })
    await place.queues.seal({ ...span, overdue: false })
    await until(() => expect(runs).toBe(1))
    await place.queues.seal({ ...span, overdue: false })
    resolve()
    await until(() => expect(runs).toBe(3))
    await place.settled()
    expect(await place.raw.windows.getFailedCount()).toBe(0)
  })
})

test('a tenant has one compaction and one fold at a time, and whoever asks for another learns that it was not queued', async () => {
  await using place = await openPlace()
  expect([await place.queues.compact(compaction), await place.queues.fold(fold)]).toEqual([true, true])
  expect([await place.queues.compact(compaction), await place.queues.fold(fold)]).toEqual([false, false])
  const [otherDate, otherDay] = [
    { ...compaction, date: 'unknown' },
    { ...fold, date: '2024-03-15' },
  ]
  expect([await place.queues.compact(otherDate), await place.queues.fold(otherDay)]).toEqual([false, false])
  expect([
    await place.queues.compact({ ...compaction, tenantId: tenant(2) }),
    await place.queues.fold({ ...fold, tenantId: tenant(2) }),
  ]).toEqual([true, true])
  await place.work({ queue: 'compactions', schema: compactionTaskSchema, handle: async () => {} })
  await place.settled()
  expect([await place.queues.compact(otherDate), await place.queues.fold(otherDay)]).toEqual([true, true])
})

test('a turn is there while it waits, runs or is put off, and no longer', async () => {
  await using place = await openPlace()
  expect(await place.queues.hasTurn(turn.turnId)).toBe(false)
  await place.queues.turn(turn)
  expect(await place.queues.hasTurn(turn.turnId)).toBe(true)
  const { promise, resolve } = Promise.withResolvers<void>()
  const seen: boolean[] = []
  await place.work({
    queue: 'contents',
    schema: turnTaskSchema,
    handle: async () => {
      seen.push(await place.queues.hasTurn(turn.turnId))
      if (seen.length === 1) throw new MailtrailError('LATER', 'Later.', { retry: { again: true, afterMs: 200 } })
      await promise
    },
  })
  await until(async () => expect(await place.raw.contents.getDelayedCount()).toBe(1))
  seen.push(await place.queues.hasTurn(turn.turnId))
  await until(() => expect(seen).toEqual([true, true, true]))
  resolve()
  await place.settled()
  expect(await place.queues.hasTurn(turn.turnId)).toBe(false)
})

test('what is queued survives a crash of Redis', async () => {
  await using place = await openPlace()
  await place.queues.turn(turn)
  await place.server.kill()
  await place.server.restart()
  expect(await place.queues.hasTurn(turn.turnId)).toBe(true)
})

/** Adds a task, and adds it again so many times while it runs; tells how often it ran in the end. */
async function runOnce(place: Place, add: () => Promise<void>, times: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const handle = vi.fn(() => promise)
  await place.work({ queue: 'windows', schema: windowTaskSchema, handle, concurrency: 4 })
  await add()
  await until(() => expect(handle).toHaveBeenCalledOnce())
  for (let time = 0; time < times; time += 1) await add()
  expect(handle).toHaveBeenCalledOnce()
  resolve()
  await place.settled()
  return handle.mock.calls.length
}
