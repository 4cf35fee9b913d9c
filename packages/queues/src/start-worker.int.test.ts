import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { MailtrailError } from '@mailtrail/core'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { openPlace, type Place, tenant, until } from '../test/place.ts'
import { turnTaskSchema } from './jobs.ts'
import { longestDelayMs } from './longest-delay.ts'
import type { Handler, TaskContext } from './start-worker.ts'

// Nobody waits 20 seconds for a test: the grace is over when a test says so, and soon after it the wait for what was aborted.
const grace = vi.hoisted(() => ({ isOver: Promise.withResolvers<void>() }))
vi.mock('node:timers/promises', async (load) => {
  const actual = await load<typeof import('node:timers/promises')>()
  const wait = (ms: number, value?: unknown, options?: object) => actual.setTimeout(ms === 4_000 ? 500 : ms, value, options)
  return { ...actual, setTimeout: (...args: Parameters<typeof wait>) => (args[0] === 20_000 ? grace.isOver.promise : wait(...args)) }
})
beforeEach(() => {
  grace.isOver = Promise.withResolvers()
})

const turn = { tenantId: tenant(1), entryKey: 'ledger/a', offset: 0, count: 20, turnId: 'turn-1-a' }
const contents = { queue: 'contents', schema: turnTaskSchema }

describe('a job that fails', () => {
  test('for good ends at once, with its code and message', async () => {
    await using place = await openPlace()
    const handle = failing(() => new MailtrailError('NO_USE', 'It is no use.'))
    await runTurn(place, handle, 5)
    expect(handle).toHaveBeenCalledOnce()
    const [job] = await place.raw.contents.getFailed()
    expect(job?.failedReason).toBe('NO_USE: It is no use.')
  })

  test.each([
    { title: 'worth repeating', error: () => new MailtrailError('AGAIN', 'Once more.', { retry: { again: true } }) },
    { title: 'unexpectedly', error: () => new TypeError('jane.doe@hospital.example') },
  ])('$title has all its attempts, and is told which is the last', async ({ error }) => {
    await using place = await openPlace()
    const handle = failing(error)
    await runTurn(place, handle, 3)
    expect(contextsOf(handle).map(({ attempt, lastAttempt }) => [attempt, lastAttempt])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ])
    expect(await place.raw.contents.getFailedCount()).toBe(1)
  })

  test('and is to wait spends no attempt, however often', async () => {
    await using place = await openPlace()
    let failures = 0
    const handle = vi.fn<Handler<unknown>>(async () => {
      failures += 1
      if (failures <= 7) throw new MailtrailError('THROTTLED', 'Wait.', { retry: { again: true, afterMs: 1 } })
    })
    await runTurn(place, handle, 2)
    expect(contextsOf(handle).map(({ attempt, lastAttempt }) => [attempt, lastAttempt])).toEqual(Array(8).fill([1, false]))
    expect(await place.raw.contents.getCompletedCount()).toBe(1)
  })

  test('and would have to wait longer than a job stays leaves the queue', async () => {
    await using place = await openPlace()
    const handle = failing(() => new MailtrailError('LATER', 'In an hour.', { retry: { again: true, afterMs: longestDelayMs + 1 } }))
    await runTurn(place, handle, 5)
    expect(handle).toHaveBeenCalledOnce()
    expect(await place.raw.contents.getFailedCount()).toBe(1)
  })

  test('and is to wait waits as long as it was told, up to half as much again', async () => {
    await using place = await openPlace()
    const handle = failing(() => new MailtrailError('THROTTLED', 'Wait.', { retry: { again: true, afterMs: 60_000 } }))
    await place.work({ ...contents, handle })
    await place.queues.turn(turn)
    const [job] = await until(async () => {
      const jobs = await place.raw.contents.getDelayed()
      expect(jobs).toHaveLength(1)
      return jobs
    })
    expect(job?.delay).toBeGreaterThan(59_000)
    expect(job?.delay).toBeLessThanOrEqual(90_000)
  })

  test('and is to wait holds back no other tenant', async () => {
    await using place = await openPlace()
    const handle = vi.fn<Handler<typeof turn>>(async ({ tenantId }) => {
      if (tenantId === tenant(1)) throw new MailtrailError('THROTTLED', 'Wait.', { retry: { again: true, afterMs: 60_000 } })
    })
    await place.work({ ...contents, handle })
    await place.queues.turn(turn)
    await place.queues.turn({ ...turn, tenantId: tenant(2), turnId: 'turn-1-b' })
    await until(async () => expect(await place.raw.contents.getCompletedCount()).toBe(1))
    expect(await place.raw.contents.getDelayedCount()).toBe(1)
  })

  test('unexpectedly leaves in the log where it did, and nothing it said', async () => {
    await using place = await openPlace()
    await runTurn(
      place,
      failing(() => new TypeError('canary@hospital.example')),
      1,
    )
    expect(place.logged()).toContain('"event":"job.failed"')
    expect(place.logged()).toContain('"reason":"TypeError"')
    expect(place.logged()).toContain('start-worker.int.test')
    expect(place.logged()).not.toContain('canary')
  })
})

describe('job data that is not of the schema', () => {
  test.each([
    { title: 'without a tenant', data: { ...turn, v: 1, kind: 'turn', tenantId: undefined } },
    { title: 'with a tenant that is none', data: { ...turn, v: 1, kind: 'turn', tenantId: 'canary' } },
    { title: 'that is no object', data: 'canary' },
    { title: 'that is null', data: null },
  ])('($title) fails with JOB_INVALID, and the worker goes on', async ({ data }) => {
    await using place = await openPlace()
    const handle = vi.fn<Handler<unknown>>(async () => {})
    await place.work({ ...contents, handle })
    await place.raw.contents.add('turn', data, { attempts: 5 })
    await place.queues.turn(turn)
    await place.settled()
    const [job] = await place.raw.contents.getFailed()
    expect(job?.failedReason).toMatch(/^JOB_INVALID: /)
    expect(handle).toHaveBeenCalledOnce()
    expect(handle.mock.calls[0]?.[0]).toEqual({ v: 1, kind: 'turn', ...turn })
  })
})

describe('a worker that is disposed', () => {
  test('lets its running job finish undisturbed, and takes no other', async () => {
    await using place = await openPlace()
    const { promise, resolve } = Promise.withResolvers<void>()
    const aborted: boolean[] = []
    const handle = vi.fn<Handler<unknown>>(async (_, { signal }) => {
      await promise
      aborted.push(signal.aborted)
    })
    const worker = await place.work({ ...contents, handle })
    await place.queues.turn(turn)
    await place.queues.turn({ ...turn, turnId: 'turn-2-a' })
    await until(() => expect(handle).toHaveBeenCalledOnce())
    const disposed = worker[Symbol.asyncDispose]()
    resolve()
    await disposed
    expect(aborted).toEqual([false])
    expect(await place.raw.contents.getJobCounts('completed', 'active', 'wait')).toEqual({ completed: 1, active: 0, wait: 1 })
  })

  test('aborts what still runs when the grace is over, and another takes it at once and first, with no attempt spent', async () => {
    await using place = await openPlace()
    const handle = vi.fn<Handler<unknown>>((_, { signal }) => once(signal, 'abort').then(() => signal.throwIfAborted()))
    // Nobody waits so long for a lock.
    const worker = await place.work({ ...contents, handle, jobLockMs: 600_000 })
    await place.queues.turn(turn)
    await until(() => expect(handle).toHaveBeenCalledOnce())
    await place.queues.turn({ ...turn, turnId: 'turn-2-a' })
    const disposed = worker[Symbol.asyncDispose]()
    expect(contextsOf(handle)[0]?.signal.aborted).toBe(false)
    grace.isOver.resolve()
    await disposed
    expect(contextsOf(handle)[0]?.signal.aborted).toBe(true)
    expect(await place.raw.contents.getActiveCount()).toBe(0)
    const next = vi.fn<Handler<typeof turn>>(async () => {})
    await place.work({ ...contents, handle: next })
    await place.settled()
    expect(next.mock.calls.map(([{ turnId }, { attempt }]) => [turnId, attempt])).toEqual([
      [turn.turnId, 1],
      ['turn-2-a', 1],
    ])
  })

  test('does not wait for ever for what ignores that it is aborted', async () => {
    await using place = await openPlace()
    const { promise, resolve } = Promise.withResolvers<void>()
    const handle = vi.fn<Handler<unknown>>(() => promise)
    const worker = await place.work({ ...contents, handle })
    await place.queues.turn(turn)
    await until(() => expect(handle).toHaveBeenCalledOnce())
    grace.isOver.resolve()
    await worker[Symbol.asyncDispose]()
    expect(await place.queues.hasTurn(turn.turnId)).toBe(true)
    resolve()
  })
})

test('the job of a worker that was killed is taken over, and no attempt is spent', async () => {
  await using place = await openPlace()
  await place.queues.turn(turn)
  const program = fileURLToPath(new URL('../test/hanging-worker.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@mailtrail/source', program, place.server.url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout, 'data')
  expect(String(said)).toBe(`${turn.turnId}\n`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const handle = vi.fn<Handler<unknown>>(async () => {})
  await place.work({ ...contents, handle })
  await place.settled()
  expect(contextsOf(handle).map(({ attempt }) => attempt)).toEqual([1])
})

describe('a worker whose Redis', () => {
  test.each([
    { title: 'lost everything in the middle of a job', lose: (place: Place) => place.redis.flushall() },
    { title: 'crashed in the middle of a job', lose: (place: Place) => place.server.restart() },
    { title: 'came back empty in the middle of a job', lose: (place: Place) => place.server.restart({ wipe: true }) },
  ])('$title throws nothing, and does what is queued afterwards', async ({ lose }) => {
    await using place = await openPlace()
    const { promise, resolve } = Promise.withResolvers<void>()
    const seen: string[] = []
    await place.work({
      ...contents,
      handle: async ({ turnId }) => {
        seen.push(turnId)
        if (turnId === turn.turnId) await promise
      },
    })
    await place.queues.turn(turn)
    await until(() => expect(seen).toEqual([turn.turnId]))
    await lose(place)
    resolve()
    await place.queues.turn({ ...turn, turnId: 'turn-2-a' })
    await until(() => expect(seen).toContain('turn-2-a'))
    await place.settled()
    // Nor can it be closed before its connection is made anew.
    await waitsForJobs(place)
  })
})

test.each([0, 1, 2, 4, 8])('a worker whose Redis crashes %i ms into its start takes jobs once it is back', async (afterMs) => {
  await using place = await openPlace()
  const handle = vi.fn<Handler<unknown>>(async () => {})
  const starting = place.work({ ...contents, handle })
  await delay(afterMs)
  await place.server.restart({ wipe: true })
  await place.queues.turn(turn)
  await starting
  await until(() => expect(handle).toHaveBeenCalledOnce())
})

/** Waits until a worker holds a connection on which it waits for jobs. */
async function waitsForJobs({ redis }: Place): Promise<void> {
  await until(async () => expect(await redis.client('LIST')).toContain('cmd=bzpopmin'))
}

/** A handler that always fails so. */
function failing(error: () => Error) {
  return vi.fn<Handler<unknown>>(async () => {
    throw error()
  })
}

/** Queues a turn with so many attempts and next to no wait between them, and runs it to its end. */
async function runTurn(place: Place, handle: Handler<unknown>, attempts: number): Promise<void> {
  await place.work({ ...contents, handle })
  await place.raw.contents.add('turn', { v: 1, kind: 'turn', ...turn }, { attempts, backoff: { type: 'fixed', delay: 1 } })
  await place.settled()
}

function contextsOf(handle: { readonly mock: { readonly calls: readonly (readonly [unknown, TaskContext])[] } }): TaskContext[] {
  return handle.mock.calls.map(([, context]) => context)
}
