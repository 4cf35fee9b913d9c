import { MailtrailError, minuteMs, type Retry } from '@mailtrail/core'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { endsJob } from './ends-job.ts'
import { withDeadLetters } from './with-dead-letters.ts'

const raised = (retry: Retry): MailtrailError => new MailtrailError('SOME_CODE', 'It failed.', { retry })
const context = (more: object = {}) => ({
  signal: new AbortController().signal,
  log: pino({ enabled: false }),
  attempt: 5,
  lastAttempt: true,
  ...more,
})

describe(endsJob, () => {
  test.each([
    { title: 'what cannot be repeated', error: raised({ again: false }), ends: [true, true] },
    { title: 'what may be repeated', error: raised({ again: true }), ends: [false, true] },
    { title: 'what waits a little', error: raised({ again: true, afterMs: minuteMs }), ends: [false, false] },
    { title: 'what waits for long', error: raised({ again: true, afterMs: 60 * minuteMs }), ends: [true, true] },
    { title: 'what nobody expected', error: new TypeError(), ends: [false, true] },
  ])('$title ends a job before its last attempt, and at it: $ends', ({ error, ends }) => {
    expect([false, true].map((lastAttempt) => endsJob(error, { lastAttempt }))).toEqual(ends)
  })
})

describe(withDeadLetters, () => {
  const error = new TypeError('not expected')
  const failing = async (): Promise<never> => Promise.reject(error)

  test.each([
    { title: 'a job that ends', more: {}, calls: 1 },
    { title: 'a job that is tried again', more: { lastAttempt: false }, calls: 0 },
    { title: 'a process that ends', more: { signal: AbortSignal.abort() }, calls: 0 },
  ])('of $title is told $calls times, and the job fails as it would have', async ({ more, calls }) => {
    const bury = vi.fn(async () => {})
    await expect(withDeadLetters(failing, bury)('task', context(more))).rejects.toBe(error)
    expect(bury).toHaveBeenCalledTimes(calls)
  })

  test('a lake that is away while it is told changes nothing', async () => {
    const bury = async (): Promise<never> => Promise.reject(raised({ again: true }))
    await expect(withDeadLetters(failing, bury)('task', context())).rejects.toBe(error)
  })
})
