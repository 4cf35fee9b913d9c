import { describe, expect, test } from 'vitest'
import { openPlace, type Place, tenant, until } from '../test/place.ts'
import { turnTaskSchema } from './jobs.ts'
import { createQueueSignals, type QueueSignals } from './queue-signals.ts'
import { createSchedulingNotes } from './scheduling-notes.ts'
import { contentsPerTurn, createTurns, turnsPerTenant } from './turns.ts'

const nothing = { ready_jobs: 0, oldest_ready_seconds: 0 }
const hourAgo = (): number => Date.now() - 3_600_000
const aboutAnHour = expect.closeTo(3_600, -2)
const list = { tenantId: tenant(1), contentType: 'Audit.Exchange', start: 0, end: 1, entry: 'listed', lane: 'live' } as const

describe('signals', () => {
  test('are 0 where nothing waits', async () => {
    await using place = await openScheduledPlace()
    expect(await readSignals(place)).toEqual({ windows: nothing, contents: nothing, alerts: nothing, compactions: nothing })
  })

  test.each(['windows', 'contents', 'alerts', 'compactions'] as const)(
    'count what waits in %s, and tell the age of the oldest',
    async (stage) => {
      await using place = await openScheduledPlace()
      await place.raw[stage].add('job', {}, { timestamp: hourAgo() })
      await place.raw[stage].add('job', {})
      // As incidents have it.
      await place.raw[stage].add('job', {}, { lifo: true })
      expect((await readSignals(place))[stage]).toEqual({ ready_jobs: 3, oldest_ready_seconds: aboutAnHour })
    },
  )

  test('tell that what waits has an age, whatever the clock of whoever queued it', async () => {
    await using place = await openScheduledPlace()
    await place.raw.windows.add('job', {}, { timestamp: Date.now() + 3_600_000 })
    expect((await readSignals(place)).windows).toEqual({ ready_jobs: 1, oldest_ready_seconds: 1 })
  })

  test('count a job whose delay is over, which nobody moves where no worker runs, and not one that is to wait', async () => {
    await using place = await openScheduledPlace()
    await place.raw.contents.add('job', {}, { timestamp: hourAgo(), delay: 1_000 })
    await place.raw.contents.add('job', {}, { delay: 60_000 })
    expect((await readSignals(place)).contents).toEqual({ ready_jobs: 1, oldest_ready_seconds: aboutAnHour })
  })

  test('count a job whose worker died, and not one that runs', async () => {
    await using place = await openScheduledPlace()
    const { promise, resolve } = Promise.withResolvers<void>()
    await place.queues.turn({ tenantId: tenant(1), entryKey: 'ledger/a', offset: 0, count: 1, turnId: 'turn-1-a' })
    await place.work({ queue: 'contents', schema: turnTaskSchema, handle: () => promise, jobLockMs: 60_000 })
    await until(async () => expect(await place.raw.contents.getActiveCount()).toBe(1))
    expect((await readSignals(place)).contents).toEqual(nothing)
    const [lock = ''] = await place.redis.keys('*:lock')
    await place.redis.del(lock)
    expect((await readSignals(place)).contents).toEqual({ ready_jobs: 1, oldest_ready_seconds: expect.any(Number) })
    resolve()
  })

  test('count the contents behind the turns that are let in, by turns, and keep count while they are taken', async () => {
    await using place = await openScheduledPlace()
    const turns = createTurns(place.redis, place.queues)
    const offer = { tenantId: tenant(1), expiration: 0, lane: 'live' } as const
    await turns.offer({ ...offer, entryKey: 'ledger/a', total: 5 * contentsPerTurn })
    await turns.offer({ ...offer, entryKey: 'ledger/b', total: 1, expiration: 1 })
    await turns.offer({ ...offer, tenantId: tenant(2), entryKey: 'ledger/c', total: 4 * contentsPerTurn })
    const readyTurns = async (): Promise<number> => (await readSignals(place)).contents.ready_jobs
    expect(await readyTurns()).toBe(2 * turnsPerTenant + 4)
    await endTurns(place, 6)
    expect(await readyTurns()).toBe(4)
    await endTurns(place, 4)
    expect((await readSignals(place)).contents).toEqual(nothing)
    expect(await place.redis.keys('*cursors')).toEqual([])
  })

  test('tell since when contents wait behind turns that are new, and which fell out of the queue', async () => {
    await using place = await openScheduledPlace()
    const turns = createTurns(place.redis, place.queues)
    const offer = { tenantId: tenant(1), lane: 'live' } as const
    await turns.offer({ ...offer, entryKey: 'ledger/a', total: 4 * contentsPerTurn, expiration: 0 })
    await turns.offer({ ...offer, entryKey: 'ledger/b', total: 20, expiration: 1 })
    await age(place, 'live ledger/b')
    expect((await readSignals(place)).contents.oldest_ready_seconds).toEqual(aboutAnHour)
    await place.raw.contents.obliterate()
    expect((await readSignals(place)).contents).toEqual({ ready_jobs: 2, oldest_ready_seconds: aboutAnHour })
  })
})

describe('signals are an error, not calm,', () => {
  test('when nobody schedules, so that what is due may not be queued', async () => {
    await using place = await openPlace()
    await expect(readSignals(place)).rejects.toMatchObject({ code: 'SIGNALS_UNKNOWN', message: expect.stringContaining('scheduler') })
    await createSchedulingNotes(place.redis).noteProgress()
    const [ttl] = await Promise.all([place.redis.ttl('mailtrail:scheduled'), readSignals(place)])
    expect(ttl).toBeLessThanOrEqual(90)
  })

  test('when jobs wait and none tells since when', async () => {
    await using place = await openScheduledPlace()
    await place.queues.list(list)
    const [{ id = '' } = {}] = await place.raw.windows.getWaiting()
    await place.redis.hdel(place.raw.windows.toKey(id), 'timestamp')
    await expect(readSignals(place)).rejects.toMatchObject({ code: 'SIGNALS_UNKNOWN' })
  })

  test('when contents wait that a release offered which left no time', async () => {
    await using place = await openScheduledPlace()
    await createTurns(place.redis, place.queues).offer({ tenantId: tenant(1), entryKey: 'a', total: 100, expiration: 0, lane: 'live' })
    const [cursors = ''] = await place.redis.keys('*cursors')
    await place.redis.hset(cursors, 'live a', '60:100')
    await expect(readSignals(place)).rejects.toMatchObject({ code: 'SIGNALS_UNKNOWN' })
  })
})

async function openScheduledPlace(): Promise<Place> {
  const place = await openPlace()
  await createSchedulingNotes(place.redis).noteProgress()
  return place
}

function readSignals({ redis }: Place): Promise<QueueSignals> {
  return createQueueSignals(redis)()
}

/** Runs so many turns, each of which lets the next in. */
async function endTurns(place: Place, count: number): Promise<void> {
  const turns = createTurns(place.redis, place.queues)
  for (const job of (await place.raw.contents.getWaiting()).slice(0, count)) {
    await job.remove()
    await turns.release(job.data.tenantId, job.data.turnId)
  }
}

/** Has an entry wait since an hour ago. */
async function age({ redis }: Place, entry: string): Promise<void> {
  const [cursors = ''] = await redis.keys('*cursors')
  const cursor = (await redis.hget(cursors, entry)) ?? ''
  await redis.hset(cursors, entry, cursor.replace(/\d+$/, String(Math.floor(hourAgo() / 1_000))))
}
