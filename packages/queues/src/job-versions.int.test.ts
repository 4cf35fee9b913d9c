import type { Job } from 'bullmq'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { openPlace, type Place, tenant, until } from '../test/place.ts'
import { type ContentTask, contentTaskSchema, jobVersion, windowTaskSchema } from './jobs.ts'
import { createTurns } from './turns.ts'

const later = jobVersion + 1
const turn = {
  v: later,
  kind: 'turn',
  tenantId: tenant(1),
  entryKey: 'ledger/a',
  offset: 0,
  count: 20,
  turnId: 'turn-1-a',
  order: 'newest',
}
const span = { tenantId: tenant(1), contentType: 'Audit.Exchange', start: 0, end: 600_000 }
const hour = 3_600_000

/** What a worker of the next release takes. */
const laterSchema = z.union([contentTaskSchema, z.object({ v: z.literal(later) }).loose()])

describe('a job of the next release', () => {
  test('is set aside as it is, again and again, and done by a worker that knows it', async () => {
    await using place = await openPlace()
    const handle = vi.fn(async () => {})
    const older = await place.work<ContentTask>({ queue: 'contents', schema: contentTaskSchema, handle })
    await place.raw.contents.add('turn', turn, { jobId: turn.turnId, attempts: 1 })
    for (const times of [1, 2]) await (await parked(place, times))?.promote()
    const job = await parked(place, 3)
    await older[Symbol.asyncDispose]()
    await job?.promote()
    expect(handle).not.toHaveBeenCalled()
    expect(await place.raw.contents.getJobCounts('failed', 'completed')).toEqual({ failed: 0, completed: 0 })

    const taken: unknown[] = []
    await place.work({ queue: 'contents', schema: laterSchema, handle: async (task, { attempt }) => void taken.push([task, attempt]) })
    await place.settled()
    expect(taken).toEqual([[turn, 1]])
    expect(place.logged().match(/"event":"job.parked"/g)).toHaveLength(3)
    expect(place.logged()).not.toContain('job.failed')
  })

  test('keeps nobody from the jobs of this one', async () => {
    await using place = await openPlace()
    const done: string[] = []
    await place.work<ContentTask>({
      queue: 'contents',
      schema: contentTaskSchema,
      handle: async (task) => void done.push(task.kind === 'turn' ? task.turnId : ''),
    })
    for (let number = 0; number < 20; number += 1) {
      await place.raw.contents.add('turn', { ...turn, turnId: `later-${number}` }, { jobId: `later-${number}` })
      await place.queues.turn({ tenantId: tenant(1), entryKey: 'ledger/a', offset: 0, count: 20, turnId: `now-${number}` })
    }
    await until(() => expect(done).toEqual(Array.from({ length: 20 }, (_, number) => `now-${number}`)))
    await until(async () => expect(await place.raw.contents.getDelayedCount()).toBe(20))
  })

  test('does not keep this one from queueing the same for itself', async () => {
    await using place = await openPlace()
    const handle = vi.fn(async () => {})
    const deduplication = { id: `v${later}/${tenant(1)}/Audit.Exchange/0-600000/listed` }
    await place.raw.windows.add('list', { ...span, v: later, kind: 'list', entry: 'listed', lane: 'live' }, { deduplication })
    await place.work({ queue: 'windows', schema: windowTaskSchema, handle })
    await until(async () => expect(await place.raw.windows.getDelayedCount()).toBe(1))
    await place.queues.list({ ...span, entry: 'listed', lane: 'live' })
    await until(() => expect(handle).toHaveBeenCalledOnce())
  })
})

describe('a turn of the next release', () => {
  const entry = { tenantId: tenant(1), entryKey: 'ledger/a', total: 20, expiration: 0, lane: 'live' } as const

  test.each([
    { title: 'keeps its place, and its contents are not queued again, while a release is rolled out', ageMs: 0, waiting: 0 },
    { title: 'gives its contents to others when nobody took it for an hour', ageMs: hour + 1_000, waiting: 1 },
  ])('$title', async ({ ageMs, waiting }) => {
    await using place = await openPlace()
    const turns = createTurns(place.redis, place.queues)
    await turns.offer(entry)
    const [first] = await place.raw.contents.getWaiting()
    await first?.remove()
    const options = { jobId: first?.id ?? '', delay: hour, timestamp: Date.now() - ageMs }
    await place.raw.contents.add('turn', { ...first?.data, v: later }, options)
    await turns.offer(entry)
    expect(await place.raw.contents.getJobCounts('wait', 'delayed')).toEqual({ wait: waiting, delayed: 1 })
  })
})

test('what waits to be tried again keeps the fields that this release does not know', async () => {
  await using place = await openPlace()
  let failures = 0
  await place.work<ContentTask>({
    queue: 'contents',
    schema: contentTaskSchema,
    handle: async () => {
      failures += 1
      if (failures < 3) throw new Error('once more')
    },
  })
  const job = await place.raw.contents.add('turn', { ...turn, v: jobVersion }, { attempts: 5, backoff: { type: 'fixed', delay: 1 } })
  await place.settled()
  expect((await place.raw.contents.getJob(job.id ?? ''))?.data).toEqual({ ...turn, v: jobVersion })
})

/** The job, once it was set aside so many times. */
async function parked(place: Place, times: number): Promise<Job | undefined> {
  await until(async () => {
    expect(place.logged().match(/"event":"job.parked"/g)).toHaveLength(times)
    expect(await place.raw.contents.getDelayedCount()).toBe(1)
  })
  const [job] = await place.raw.contents.getDelayed()
  expect(job).toMatchObject({ data: turn, attemptsMade: 0 })
  expect(job?.delay).toBeGreaterThan(119_000)
  return job
}
