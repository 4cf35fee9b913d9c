import { describe, expect, test } from 'vitest'
import { openPlace, type Place, tenant, until } from '../test/place.ts'
import { connectRedis } from './connect-redis.ts'
import { type TurnTask, turnTaskSchema } from './jobs.ts'
import { contentsPerTurn, createTurns, type Turns, turnsPerTenant, type WaitingContents } from './turns.ts'
import { createWorkQueues } from './work-queues.ts'

const big: WaitingContents = { tenantId: tenant(1), entryKey: 'ledger/big', total: 5_000, expiration: 0, lane: 'live' }

describe('a tenant', () => {
  test('has no more turns in the queue than its share, whatever is offered', async () => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    await turns.offer(big)
    await turns.offer({ ...big, entryKey: 'ledger/other' })
    expect(await place.queues.unfinished()).toBe(turnsPerTenant)
  })

  test('never has more than its share in work, however fast they end', async () => {
    await using place = await openPlace()
    const inWork: number[] = []
    let unreleased = 0
    await runTurns(place, [{ ...big, total: 1_000 }], {
      started: () => inWork.push(++unreleased),
      ended: () => (unreleased -= 1),
    })
    expect(inWork).toHaveLength(1_000 / contentsPerTurn)
    expect(Math.max(...inWork)).toBeLessThanOrEqual(turnsPerTenant)
  })

  test('has the place of a turn that ended filled with the next', async () => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    await turns.offer(big)
    const [first] = await waiting(place)
    await endTurn(place, turns, first)
    const offsets = (await waiting(place)).map(({ offset }) => offset)
    expect(offsets).toEqual(offsetsOf(1, turnsPerTenant))
  })

  test('gets nothing for a turn released twice', async () => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    await turns.offer(big)
    const [first] = await waiting(place)
    await endTurn(place, turns, first)
    await turns.release(big.tenantId, first?.turnId ?? '')
    await turns.release(big.tenantId, 'turn-never-was')
    expect(await place.queues.unfinished()).toBe(turnsPerTenant)
  })

  test('has its own share, whatever others have', async () => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    for (let number = 1; number <= 5; number += 1) await turns.offer({ ...big, tenantId: tenant(number) })
    expect(await place.queues.unfinished()).toBe(5 * turnsPerTenant)
  })

  test('has what expires first fetched first, in the order of the entry', async () => {
    await using place = await openPlace()
    const entries = [3, 1, 2].map((hour) => ({ ...big, entryKey: `ledger/${hour}`, total: 100, expiration: hour }))
    const order = (await runTurns(place, entries)).map(({ entryKey, offset }) => `${entryKey} ${offset}`)
    // The first offer had the queue to itself, and so has its share in work before those that expire sooner.
    const share = turnsPerTenant - 1
    expect(order).toEqual([
      ...offsetsOf(0, share).map((offset) => `ledger/3 ${offset}`),
      ...offsetsOf(0, 4).map((offset) => `ledger/1 ${offset}`),
      ...offsetsOf(0, 4).map((offset) => `ledger/2 ${offset}`),
      ...offsetsOf(share + 1, 4).map((offset) => `ledger/3 ${offset}`),
    ])
  })
})

describe('what is backfilled', () => {
  const backfill: WaitingContents = { ...big, entryKey: 'ledger/backfill', total: 200, lane: 'backfill', expiration: -1 }

  test('goes by what expires first, and leaves a place to what is fresh', async () => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    await turns.offer(backfill)
    await turns.offer({ ...big, entryKey: 'ledger/live', total: 20 })
    const names = (await waiting(place)).map(({ entryKey }) => entryKey)
    expect(names).toEqual(['ledger/backfill', 'ledger/backfill', 'ledger/live'])
  })

  test('waits behind what somebody waits for, also if that was in line before', async () => {
    await using place = await openPlace()
    await createTurns(place.redis, place.queues).offer({ ...big, total: 60 })
    const order = await runTurns(place, [
      backfill,
      { ...big, entryKey: 'ledger/urgent', total: 100, expiration: 9 },
      { ...big, entryKey: 'ledger/urgent', total: 100, expiration: 9, lane: 'incident' },
    ])
    const urgent = order.flatMap(({ entryKey }, index) => (entryKey === 'ledger/urgent' ? [index] : []))
    expect(urgent).toEqual([3, 4, 5, 6, 7])
  })
})

describe('every content of an entry', () => {
  test.each([1, 19, 20, 21, 80, 81, 205])('(of %i) is in exactly one turn', async (total) => {
    await using place = await openPlace()
    const entries = ['a', 'b'].map((name) => ({ ...big, entryKey: `ledger/${name}`, total }))
    const turns = await runTurns(place, entries)
    for (const { entryKey } of entries) {
      const own = turns.filter((turn) => turn.entryKey === entryKey)
      const covered = own.flatMap(({ offset, count }) => Array.from({ length: count }, (_, index) => offset + index))
      expect(covered.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, index) => index))
    }
  })

  test('is in exactly one turn when the entry is offered all the while, by two processes', async () => {
    await using place = await openPlace()
    const other = await connectRedis(place.server.url)
    const others = createTurns(other, createWorkQueues(other))
    const entry = { ...big, total: 400 }
    let offers = 0
    const turns = await runTurns(place, [entry], {
      // The last turns are left alone: an entry that is offered when all its turns ended is fetched again.
      started: async ({ offset }) => {
        if (offset < 300) await Promise.all([others.offer(entry), others.offer(entry)])
        offers += 1
      },
    })
    expect(offers).toBe(turns.length)
    expect(turns.map(({ offset }) => offset).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 400 / contentsPerTurn }, (_, turn) => turn * contentsPerTurn),
    )
    other.disconnect()
  })
})

describe('an entry offered again', () => {
  test.each([
    { title: 'while its contents wait', total: 500 },
    { title: 'while its last turns are in work', total: 60 },
  ])('$title adds nothing', async ({ total }) => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    const entry = { ...big, total }
    await turns.offer(entry)
    await turns.offer(entry)
    const ran = await runTurns(place, [entry])
    expect(ran.reduce((sum, { count }) => sum + count, 0)).toBe(total)
  })

  test('while older ones have its place goes on where it was', async () => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    const begun = { ...big, entryKey: 'ledger/begun', total: 100, expiration: 1 }
    await turns.offer(begun)
    await turns.offer({ ...big, total: 100 })
    for (const turn of await waiting(place)) await endTurn(place, turns, turn)
    const rest = (await runTurns(place, [begun])).filter(({ entryKey }) => entryKey === begun.entryKey)
    expect(rest.map(({ offset }) => offset)).toEqual(offsetsOf(turnsPerTenant, 4))
  })

  test('at the same time, by several processes, adds nothing and takes no more than its share', async () => {
    await using place = await openPlace()
    const others = await Promise.all([1, 2, 3].map(() => connectRedis(place.server.url)))
    const offers = [place.redis, ...others].map((redis) => createTurns(redis, createWorkQueues(redis)))
    const entry = { ...big, total: 60 }
    await Promise.all(offers.flatMap((turns) => Array.from({ length: 5 }, () => turns.offer(entry))))
    expect((await waiting(place)).map(({ offset }) => offset).toSorted((a, b) => a - b)).toEqual([0, 20, 40])
    for (const redis of others) redis.disconnect()
  })

  test('after all its turns ended is fetched again', async () => {
    await using place = await openPlace()
    const entry = { ...big, total: 30 }
    expect(await runTurns(place, [entry])).toHaveLength(2)
    expect(await runTurns(place, [entry])).toHaveLength(2)
  })
})

describe('a turn that vanished', () => {
  test.each([
    { title: 'with its queue', lose: (place: Place) => place.raw.contents.obliterate({ force: true }) },
    { title: 'with all of Redis', lose: (place: Place) => place.redis.flushall() },
    { title: 'with the server', lose: (place: Place) => place.server.restart({ wipe: true }) },
  ])('$title gives its place back, and its contents are fetched once offered again', async ({ lose }) => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    const entry = { ...big, total: 60 }
    await turns.offer(entry)
    await lose(place)
    expect(await place.queues.unfinished()).toBe(0)
    await until(async () => {
      await turns.offer(entry)
      expect(await place.queues.unfinished()).toBe(3)
    })
    expect((await waiting(place)).map(({ offset }) => offset)).toEqual([0, 20, 40])
  })
})

describe('a tenant with 5,000 contents', () => {
  test('lets 20 tenants with 20 each finish within its share of turns, though it came first', async () => {
    await using place = await openPlace()
    const small = Array.from({ length: 20 }, (_, index) => ({ ...big, tenantId: tenant(100 + index), entryKey: 'ledger/small', total: 20 }))
    const order = (await runTurns(place, [big, ...small])).map(({ tenantId }) => tenantId)
    expect(order).toHaveLength(5_000 / contentsPerTurn + 20)
    const lastSmall = order.findLastIndex((tenantId) => tenantId !== big.tenantId)
    expect(order.slice(0, lastSmall).filter((tenantId) => tenantId === big.tenantId).length).toBeLessThanOrEqual(2 * turnsPerTenant)
  })

  test('adds no more than its share of turns to the wait of one who comes while it is in work', async () => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    const waits: number[] = []
    let bigTurns = 0
    let offeredAt = 0
    await place.work({
      queue: 'contents',
      schema: turnTaskSchema,
      handle: async ({ tenantId, turnId }) => {
        if (tenantId === big.tenantId) bigTurns += 1
        else waits.push(bigTurns - offeredAt)
        await turns.release(tenantId, turnId)
      },
    })
    await turns.offer(big)
    for (let number = 1; number <= 20; number += 1) {
      offeredAt = bigTurns
      await turns.offer({ ...big, tenantId: tenant(100 + number), entryKey: 'ledger/small', total: 20 })
      offeredAt = Math.max(offeredAt, waits.length < number ? bigTurns : offeredAt)
      await until(() => expect(waits).toHaveLength(number))
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(2 * turnsPerTenant)
  })
})

interface Watch {
  started?(task: TurnTask): unknown
  ended?(): unknown
}

/** Offers the entries, runs all turns one after the other, and tells which ran. */
async function runTurns(place: Place, entries: readonly WaitingContents[], { started, ended }: Watch = {}): Promise<TurnTask[]> {
  const turns = createTurns(place.redis, place.queues)
  for (const entry of entries) await turns.offer(entry)
  const ran: TurnTask[] = []
  await using _worker = await place.work({
    queue: 'contents',
    schema: turnTaskSchema,
    handle: async (task) => {
      ran.push(task)
      await started?.(task)
      ended?.()
      await turns.release(task.tenantId, task.turnId)
    },
  })
  await place.settled()
  return ran
}

/** Where the turns of an entry begin, from one to another. */
function offsetsOf(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * contentsPerTurn)
}

/** The turns that wait, oldest first. */
async function waiting(place: Place): Promise<TurnTask[]> {
  return (await place.raw.contents.getWaiting()).map(({ data }) => data)
}

/** Takes a waiting turn away, as a worker that did it would. */
async function endTurn({ raw }: Place, turns: Turns, task: TurnTask | undefined): Promise<void> {
  await raw.contents.remove(task?.turnId ?? '')
  await turns.release(task?.tenantId ?? big.tenantId, task?.turnId ?? '')
}
