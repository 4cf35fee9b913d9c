import { MailtrailError, parseTenantId } from '@mailtrail/core'
import { createFolderStore, letterState, listDeadLetters, type ObjectStore, readDeadLetter } from '@mailtrail/lake'
import type { CompactionTask } from '@mailtrail/queues'
import { createLogger } from '@mailtrail/runtime'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { withCompactionLetters } from './bury-compaction.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const task: CompactionTask = { v: 1, kind: 'compact', tenantId, date: '2024-03-11' }
const context = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 3, lastAttempt: true }
const unreadable = new MailtrailError('EVIDENCE_UNREADABLE', 'An object cannot be read.')

test('a date that cannot be compacted is told of at once, until it is', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  let error: Error | undefined = unreadable
  const handle = withCompactionLetters(async () => (error ? Promise.reject(error) : undefined), depsOf(lake))
  await expect(handle(task, context)).rejects.toBe(unreadable)
  await expect(handle({ ...task, date: '2024-03-12' }, context)).rejects.toBe(unreadable)
  expect(await statesOf(lake)).toEqual({ '2024-03-11': 'open', '2024-03-12': 'open' })
  error = undefined
  await handle(task, context)
  await handle(task, context)
  expect(await statesOf(lake)).toEqual({ '2024-03-11': 'resolved', '2024-03-12': 'open' })
  error = unreadable
  await expect(handle(task, context)).rejects.toBe(unreadable)
  expect(await statesOf(lake)).toEqual({ '2024-03-11': 'open', '2024-03-12': 'open' })
})

test('a lake that is away is no fault of the date', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const away = new MailtrailError('LAKE_UNAVAILABLE', 'It is away.', { retry: { again: true } })
  await expect(withCompactionLetters(() => Promise.reject(away), depsOf(lake))(task, context)).rejects.toBe(away)
  expect(await statesOf(lake)).toEqual({})
})

function depsOf(lake: ObjectStore): Parameters<typeof withCompactionLetters>[1] {
  const endedJobs = {
    note: async (_tenantId: unknown, _id: unknown, last: { code: string; message: string; at: number }) => ({
      first: last,
      last,
      jobs: 1,
      attempts: 3,
    }),
    forget: async () => {},
  }
  return { lakes: { open: async () => lake }, endedJobs, clock: { now: () => 0 } }
}

async function statesOf(lake: ObjectStore): Promise<Record<string, string>> {
  const places = await Array.fromAsync(listDeadLetters(lake, tenantId))
  const letters = await Promise.all(places.map((place) => readDeadLetter(lake, place)))
  const dates = letters.map(({ letter, events }) => ['date' in letter.work ? letter.work.date : '', letterState(events)])
  return Object.fromEntries(dates.toSorted())
}
