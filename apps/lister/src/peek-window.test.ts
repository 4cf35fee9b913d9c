import { type ActivityApi, ActivityApiError, type ContentPage } from '@mailtrail/activity-api'
import { minuteMs, parseTenantId } from '@mailtrail/core'
import type { PeekTask, PeekTurnTask, Receipt, TaskContext } from '@mailtrail/queues'
import { createLogger } from '@mailtrail/runtime'
import { expect, test } from 'vitest'
import { createPeekHandler } from './peek-window.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const task: PeekTask = { v: 1, kind: 'peek', tenantId, contentType: 'Audit.Exchange', start, end: start + 10 * minuteMs }
const context: TaskContext = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 1, lastAttempt: true }

interface Peek {
  readonly now?: number
  readonly listed?: readonly string[]
  readonly reported?: readonly string[]
  readonly error?: Error
}

/** Peeks once, and tells what it asked the service for and what it had fetched. */
async function peek({ now = start + 4 * minuteMs, listed = [], reported = [], error }: Peek) {
  const asked: { start: number; end: number }[] = []
  const turns: Omit<PeekTurnTask, 'v' | 'kind'>[] = []
  const lost: string[] = []
  const held: unknown[] = []
  const api: Pick<ActivityApi, 'listContent'> = {
    listContent: async function* (query): AsyncGenerator<ContentPage, void, undefined> {
      asked.push({ start: query.start, end: query.end })
      if (error) throw error
      for (const contentId of listed) {
        const times = { contentCreated: start, contentExpiration: start + 1 }
        yield { serviceDate: now, contents: [{ contentType: 'Audit.Exchange', contentId, contentUri: `https://x/${contentId}`, ...times }] }
      }
    },
  }
  const handle = createPeekHandler({
    lakes: { open: () => Promise.reject(new Error('A peek reads and writes no lake.')) },
    apis: { open: async () => api as ActivityApi, noteFailure: () => {} },
    subscriptions: { ensure: async () => {}, lost: async (_tenant, _type, _api, reason) => void lost.push(reason) },
    brakes: { hold: async (_tenant, refusal) => held[held.push(refusal) - 1], read: async () => undefined, release: async () => {} },
    clock: { now: () => now },
    queues: { peekTurn: async (turn) => void turns.push(turn) },
    receipts: { read: async () => new Map(reported.map((id) => [id, {} as Receipt])) },
  })
  const outcome = await handle(task, context).catch((thrown: unknown) => thrown)
  return { asked, turns, lost, held, outcome }
}

test('what the open window holds so far is fetched under the window it will be listed as', async () => {
  const { asked, turns } = await peek({ listed: ['a', 'b'] })
  expect(asked).toEqual([{ start, end: start + 4 * minuteMs }])
  expect(turns).toMatchObject([{ start, end: start + 10 * minuteMs, contents: [{ id: 'a' }, { id: 'b' }] }])
})

test('a window that has closed is looked into once more, up to its end', async () => {
  const { asked, turns } = await peek({ now: start + 11 * minuteMs, listed: ['a'] })
  expect(asked).toEqual([{ start, end: start + 10 * minuteMs }])
  expect(turns).toMatchObject([{ start, end: start + 10 * minuteMs, contents: [{ id: 'a' }] }])
})

test('what an earlier peek fetched is not fetched again', async () => {
  expect((await peek({ listed: ['a', 'b'], reported: ['a'] })).turns).toMatchObject([{ contents: [{ id: 'b' }] }])
  expect((await peek({ listed: ['a'], reported: ['a'] })).turns).toEqual([])
})

test('no more than a turn is fetched at once', async () => {
  const { turns } = await peek({ listed: Array.from({ length: 50 }, (_, index) => `content-${index}`) })
  expect(turns.map(({ contents }) => contents.length)).toEqual([20])
})

test.each([
  { title: 'is to be listed by now', now: start + 12 * minuteMs },
  { title: 'has just begun', now: start },
])('a window that $title is left to its listing', async ({ now }) => {
  expect(await peek({ now, listed: ['a'] })).toMatchObject({ asked: [], turns: [] })
})

test('a refusal is noted as it is for a listing, and the job fails with it', async () => {
  const error = new ActivityApiError('ACTIVITY_API_SUBSCRIPTION_DISABLED', { tenantId, operation: 'list-content' })
  expect(await peek({ error })).toMatchObject({ lost: ['disabled'], held: [error], outcome: error })
})
