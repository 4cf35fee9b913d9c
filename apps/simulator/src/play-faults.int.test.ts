import { afterEach, describe, expect, test } from 'vitest'
import { startTestWorld, type TestWorld } from './test-world.ts'

const contents = Array.from({ length: 30 }, (_, index) => ({
  contentId: `c${index}`,
  created: '2024-03-11T11:00:00Z',
  records: [{ Id: `r${index}`, Operation: 'MailItemsAccessed' }],
}))
const unlucky = { fault: 'http-503-html', operations: ['fetch-content'], probability: 0.5 }

let world: TestWorld

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

describe('faults', () => {
  test('fall in the simulated time they are given', async () => {
    world = await startTestWorld([{ fault: 'http-502-html', from: '2024-03-11T13:00:00Z', to: '2024-03-11T14:00:00Z' }])
    expect((await world.list()).status).toBe(200)
    await world.moveClock('2024-03-11T13:00:00Z')
    expect((await world.list()).status).toBe(502)
    await world.moveClock('2024-03-11T14:00:00Z')
    expect((await world.list()).status).toBe(200)
  })

  test('meet the first calls, of all or of each kind', async () => {
    world = await startTestWorld([
      { fault: 'http-502-html', operations: ['fetch-content'], times: 2 },
      { fault: 'http-503-html', operations: ['list-content'], timesEach: 1 },
    ])
    expect([await fetchOnce('c1'), await fetchOnce('c2'), await fetchOnce('c3')]).toEqual([502, 502, 200])
    const spans = ['2024-03-11T10:00:00', '2024-03-11T11:00:00', '2024-03-11T10:00:00']
    const statuses = []
    for (const from of spans) statuses.push((await world.list(from)).status)
    expect(statuses).toEqual([503, 503, 200])
  })

  test('do not use up their times on calls that they let pass', async () => {
    world = await startTestWorld([{ fault: 'page-expired', times: 1 }])
    const next = String((await world.list()).headers.nextpageuri)
    expect([(await world.list()).status, (await world.feed(next)).status, (await world.feed(next)).status]).toEqual([200, 400, 200])
  })

  test('of one content leave the others alone', async () => {
    world = await startTestWorld([{ fault: 'af20050-content-missing', contentId: 'c2' }])
    expect([await fetchOnce('c1'), await fetchOnce('c2')]).toEqual([200, 404])
  })

  test('compose: the first that answers wins, and the changes add up', async () => {
    world = await startTestWorld([
      { fault: 'date-missing' },
      { fault: 'http-502-html', times: 1, operations: ['list-content'] },
      { fault: 'http-503-html', times: 1, operations: ['list-content'] },
      { fault: 'descriptors-reversed' },
      { fault: 'next-page-url-header' },
    ])
    const replies = [await world.list(), await world.list(), await world.list()]
    expect(replies.map(({ status, headers: { date, nextpageurl } }) => [status, date, typeof nextpageurl])).toEqual([
      [502, undefined, 'undefined'],
      [503, undefined, 'undefined'],
      [200, undefined, 'string'],
    ])
    expect(replies[2]?.json<{ contentId: string }[]>().map(({ contentId }) => contentId)).toEqual(['c2', 'c1'])
  })

  test('that pass are drawn anew at each attempt', async () => {
    world = await startTestWorld([unlucky], { tenant: { contents } })
    const attempts = []
    for (let attempt = 0; attempt < 12; attempt++) attempts.push(await fetchOnce('c1'))
    expect(new Set(attempts)).toEqual(new Set([200, 503]))
  })

  test('that lose a content lose it at each attempt', async () => {
    world = await startTestWorld([{ fault: 'af20050-content-missing', probability: 0.5 }], { tenant: { contents } })
    const statuses = []
    for (const { contentId } of contents) {
      statuses.push(await fetchOnce(contentId))
      expect(await fetchOnce(contentId)).toBe(statuses.at(-1))
    }
    expect(new Set(statuses)).toEqual(new Set([200, 404]))
    const { missing } = (await world.client.call('/sim/score')).json<{ missing: number }>()
    expect(missing).toBe(statuses.filter((status) => status === 200).length)
  })

  test('are the same for the same seed, in whatever order calls come, and others for another', async () => {
    const forwards = await statusesOf('1', contents)
    expect(await statusesOf('1', contents.toReversed())).toEqual(forwards)
    expect(await statusesOf('2', contents)).not.toEqual(forwards)
    expect(new Set(Object.values(forwards).flat())).toEqual(new Set([200, 503]))
  })

  test('do not stumble over an address that is badly encoded', async () => {
    world = await startTestWorld([{ fault: 'af20050-content-missing', contentId: 'c1' }])
    expect((await world.feed('audit/%ZZ')).status).toBe(404)
  })

  test('of a tenant leave other tenants alone', async () => {
    world = await startTestWorld([{ fault: 'token-secret-wrong' }])
    expect((await world.token()).status).toBe(401)
    expect(
      await world.client.token('66666666-7777-4888-9999-aaaaaaaaaaaa', '22222222-3333-4444-8555-666666666666', 'correct horse'),
    ).toMatch(/^ey/)
  })
})

async function fetchOnce(contentId: string): Promise<number> {
  return (await world.fetch(contentId)).status
}

async function statusesOf(seed: string, order: readonly { readonly contentId: string }[]): Promise<Record<string, number[]>> {
  await using seeded = await startTestWorld([unlucky], { seed, tenant: { contents } })
  const statuses: Record<string, number[]> = {}
  for (const { contentId } of order) statuses[contentId] = [(await seeded.fetch(contentId)).status, (await seeded.fetch(contentId)).status]
  return statuses
}
