import { type EndedWork, minuteMs, parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { memoryLake } from '../test/memory-lake.ts'
import { buryInvalidJob } from './bury-invalid-job.ts'
import { buryWork, type EndedJobs, type FailedWork, usualPatience } from './bury-work.ts'
import type { DeadWork } from './dead-letter.ts'
import { addLetterEvent, letterState } from './dead-letter-events.ts'
import { listDeadLetters, readDeadLetter } from './list-dead-letters.ts'
import type { ObjectStore } from './object-store.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const start = Date.parse('2024-03-11T00:00:00Z')
const span = { contentType: 'Audit.Exchange', start, end: start + 10 * minuteMs }
const work: DeadWork = { stage: 'contents', contentHash: 'ab'.repeat(32), ...span, entryKey: 'ledger/entry' }

function endedJobs(): EndedJobs {
  const known = new Map<string, EndedWork>()
  return {
    note: async (_tenantId, id, last, attempts) => {
      const { first, ...sums } = known.get(id) ?? { first: last, jobs: 0, attempts: 0 }
      known.set(id, { first, last, jobs: sums.jobs + 1, attempts: sums.attempts + attempts })
      return known.get(id) as EndedWork
    },
    forget: async (_tenantId, id) => void known.delete(id),
  }
}

const failed = (minute: number, more: Partial<FailedWork> = {}): FailedWork => ({
  tenantId,
  work,
  expires: start + 7,
  failure: { code: `CODE_${minute}`, message: 'It failed.', at: start + minute * minuteMs },
  attempts: 5,
  patience: usualPatience,
  ...more,
})

async function lettersOf(lake: ObjectStore): Promise<Awaited<ReturnType<typeof readDeadLetter>>[]> {
  const places = await Array.fromAsync(listDeadLetters(lake, tenantId))
  return Promise.all(places.map((place) => readDeadLetter(lake, place)))
}

describe(buryWork, () => {
  test.each([
    { minutes: [0, 15, 30], dead: [false, false, true] },
    { minutes: [0, 1, 2, 3, 29], dead: [false, false, false, false, false] },
    { minutes: [0, 31], dead: [false, false] },
  ])('what ends at minutes $minutes is given up after three jobs over half an hour', async ({ minutes, dead }) => {
    const [lake, ended] = [memoryLake(), endedJobs()]
    const found: boolean[] = []
    for (const minute of minutes) found.push(await buryWork(lake, ended, failed(minute)))
    expect(found).toEqual(dead)
    expect(await lettersOf(lake)).toHaveLength(dead.includes(true) ? 1 : 0)
  })

  test('a letter holds the first and the last failure, and reads as it was written', async () => {
    const [lake, ended] = [memoryLake(), endedJobs()]
    for (const minute of [0, 15, 30]) await buryWork(lake, ended, failed(minute))
    const [{ letter } = { letter: undefined }] = await lettersOf(lake)
    expect(letter).toMatchObject({
      tenantId,
      work,
      expires: start + 7,
      first: { code: 'CODE_0' },
      last: { code: 'CODE_30' },
      jobs: 3,
      attempts: 15,
    })
  })

  test('of one content there is one letter, whichever entry names it', async () => {
    const lake = memoryLake()
    const at = failed(0, { patience: { jobs: 1, ms: 0 } })
    await buryWork(lake, endedJobs(), at)
    await buryWork(lake, endedJobs(), { ...at, work: { ...work, end: span.end + 1, entryKey: 'ledger/sweep' } })
    expect(await lettersOf(lake)).toHaveLength(1)
  })

  test('what fails again opens a replayed letter, and adds nothing to an open or a dropped one', async () => {
    const [lake, ended] = [memoryLake(), endedJobs()]
    const again = failed(60, { patience: { jobs: 1, ms: 0 } })
    await buryWork(lake, ended, again)
    const [place] = await Array.fromAsync(listDeadLetters(lake, tenantId))
    if (!place) throw new Error('There is no letter.')
    const happened = async (): Promise<string[]> => (await readDeadLetter(lake, place)).events.map(({ event }) => event)
    await buryWork(lake, ended, again)
    expect(await happened()).toEqual([])
    await addLetterEvent(lake, place, () => ({ event: 'replayed', at: start, by: 'somebody' }))
    await buryWork(lake, ended, again)
    await buryWork(lake, ended, again)
    expect(await happened()).toEqual(['replayed', 'failed'])
    await addLetterEvent(lake, place, () => ({ event: 'dropped', at: start, by: 'somebody', reason: 'of no use' }))
    expect(await buryWork(lake, ended, again)).toBe(true)
    expect(await happened()).toEqual(['replayed', 'failed', 'dropped'])
    expect(letterState((await readDeadLetter(lake, place)).events)).toBe('dropped')
  })

  test('whoever is second sees what the first added', async () => {
    const lake = memoryLake()
    await buryWork(lake, endedJobs(), failed(0, { patience: { jobs: 1, ms: 0 } }))
    const [place] = await Array.fromAsync(listDeadLetters(lake, tenantId))
    if (!place) throw new Error('There is no letter.')
    const replay = async (by: string): Promise<string[]> => {
      const event = { event: 'replayed', at: start, by } as const
      const events = await addLetterEvent(lake, place, (known) => (letterState(known) === 'open' ? event : undefined))
      return events.map((known) => known.by)
    }
    const [first, ...others] = await Promise.all(['a', 'b', 'c'].map(replay))
    expect([first?.length, ...others]).toEqual([1, first, first])
  })

  test('an altered letter is an error, and never none', async () => {
    const lake = memoryLake()
    await buryWork(lake, endedJobs(), failed(0, { patience: { jobs: 1, ms: 0 } }))
    const [place] = await Array.fromAsync(listDeadLetters(lake, tenantId))
    if (!place) throw new Error('There is no letter.')
    lake.objects.set(place.key, Buffer.from('{}'))
    await expect(readDeadLetter(lake, place)).rejects.toMatchObject({ code: 'DEAD_LETTER_INVALID' })
  })
})

test('a job that nobody could read is one letter of no tenant, with the beginning of its data', async () => {
  const lake = memoryLake()
  const failure = { code: 'JOB_INVALID', message: 'It is not of a known schema.', at: start }
  for (const id of ['1', '2']) await buryInvalidJob(lake, { queue: 'contents', id, data: { v: 1, text: 'x'.repeat(20_000) } }, failure)
  const [place, ...more] = await Array.fromAsync(listDeadLetters(lake, null))
  if (!place) throw new Error('There is no letter.')
  const { letter } = await readDeadLetter(lake, place)
  expect([letter.tenantId, letter.data?.length, more]).toEqual([null, 16_384, []])
  expect(place.key).toMatch(/^control\/dead-letters\/jobs\/[0-9a-f]{32}\.json$/)
})
