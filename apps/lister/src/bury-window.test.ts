import { listableMs, MailtrailError, minuteMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type DeadLetter, listDeadLetters, readDeadLetter } from '@mailtrail/lake'
import type { WindowTask } from '@mailtrail/queues'
import { createLogger } from '@mailtrail/runtime'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { createWindowBurial } from './bury-window.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const start = Date.parse('2024-03-11T00:00:00Z')
const span = { v: 1, tenantId, contentType: 'Audit.Exchange', start, end: start + 10 * minuteMs } as const
const list: WindowTask = { ...span, kind: 'list', entry: 'listed', lane: 'live' }
const seal: WindowTask = { ...span, kind: 'seal', overdue: true }
const peek: WindowTask = { ...span, kind: 'peek' }
const raised = (code: string): MailtrailError => new MailtrailError(code, 'It failed.')

/** The letters after three jobs that ended in half an hour. */
async function lettersOf(task: WindowTask, error: unknown): Promise<DeadLetter[]> {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const failure = { code: 'SOME_CODE', message: 'It failed.', at: start }
  const endedJobs = { note: async () => ({ first: failure, last: failure, jobs: 3, attempts: 15 }), forget: async () => {} }
  const bury = createWindowBurial({ lakes: { open: async () => lake }, endedJobs, clock: { now: () => start + 30 * minuteMs } })
  await bury(task, error, { signal: new AbortController().signal, log: createLogger('silent'), attempt: 5, lastAttempt: true })
  const places = await Array.fromAsync(listDeadLetters(lake, tenantId))
  return Promise.all(places.map(async (place) => (await readDeadLetter(lake, place)).letter))
}

test.each([
  {
    title: 'a listing whose ledger cannot be read',
    task: list,
    error: raised('LEDGER_ENTRY_INVALID'),
    found: { kind: 'list', entry: 'listed' },
  },
  { title: 'a seal that meets a bug', task: seal, error: new TypeError(), found: { kind: 'seal' } },
  { title: 'a peek', task: peek, error: new TypeError(), found: undefined },
  { title: 'a window that aged out', task: list, error: raised('ACTIVITY_API_WINDOW_AGED_OUT'), found: undefined },
  { title: 'a tenant without consent', task: list, error: raised('ACTIVITY_API_CONSENT_MISSING'), found: undefined },
  { title: 'a clock that runs ahead', task: list, error: raised('LISTING_TOO_EARLY'), found: undefined },
])('of $title the letter is of $found', async ({ task, error, found }) => {
  const [letter] = await lettersOf(task, error)
  expect(letter?.work).toEqual(found && { stage: 'windows', contentType: span.contentType, start, end: span.end, ...found })
  if (found?.kind === 'list') expect(letter?.expires).toBe(start + listableMs)
})
