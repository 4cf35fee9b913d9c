import { MailtrailError } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openPlace, tenant } from '../test/place.ts'
import { connectRedis } from './connect-redis.ts'
import { createEndedJobs } from './ended-jobs.ts'
import type { InvalidJob } from './start-worker.ts'

test('jobs that end are counted by work and tenant, with the first failure and the last', async () => {
  await using place = await openPlace()
  await using fleet = new AsyncDisposableStack()
  const jobs = createEndedJobs(fleet.adopt(await connectRedis(place.server.fleetUrl), (connection) => connection.disconnect()))
  const failure = (at: number): { code: string; message: string; at: number } => ({ code: `CODE_${at}`, message: 'It failed.', at })
  await jobs.note(tenant(1), 'work', failure(1), 5)
  expect(await jobs.note(tenant(1), 'work', failure(2), 5)).toEqual({ first: failure(1), last: failure(2), jobs: 2, attempts: 10 })
  expect((await jobs.note(tenant(2), 'work', failure(3), 5)).jobs).toBe(1)
  await jobs.forget(tenant(1), 'work')
  expect((await jobs.note(tenant(1), 'work', failure(4), 5)).jobs).toBe(1)
})

test('a job that nobody can read is told of with its data once the lake takes that, and the worker goes on with the next', async () => {
  await using place = await openPlace()
  const told: InvalidJob[] = []
  const done: number[] = []
  await place.work({
    queue: 'contents',
    schema: z.object({ v: z.literal(1), number: z.number() }),
    handle: async ({ number }) => void done.push(number),
    onInvalid: async (job) => {
      told.push(job)
      if (told.length === 1) throw new MailtrailError('LAKE_UNAVAILABLE', 'The lake is away.', { retry: { again: true, afterMs: 10 } })
    },
  })
  await place.raw.contents.add('turn', { v: 1, number: 'canary' })
  await place.raw.contents.add('turn', { v: 1, number: 7 })
  await place.settled()
  const invalid = { queue: 'contents', data: { v: 1, number: 'canary' } }
  expect([done, told.map(({ queue, data }) => ({ queue, data }))]).toEqual([[7], [invalid, invalid]])
  expect(place.logged()).not.toContain('canary')
})
