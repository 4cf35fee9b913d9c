import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { readDelivered } from './read-delivered.ts'
import type { Score } from './score.ts'
import { otherTenantId, startTestWorld, type TestWorld, tenantId } from './test-world.ts'

const record = (id: string, more: object = {}): object => ({ Id: id, Operation: 'MailItemsAccessed', OrganizationId: tenantId, ...more })
const lines = (...records: object[]): string => records.map((one) => JSON.stringify(one)).join('\n')

let world: TestWorld
afterEach(() => world[Symbol.asyncDispose]())

describe('the score', () => {
  test.each([
    { title: 'nothing', delivered: '', score: { delivered: 0, missing: 5, duplicated: 0, altered: 0, unexpected: 0 } },
    { title: 'everything', delivered: lines(...[1, 2, 3, 4, 5].map((n) => record(`r${n}`))), score: { delivered: 5, missing: 0 } },
    {
      title: 'keys in another order',
      delivered: `{"OrganizationId":"${tenantId}","Id":"r1", "Operation":"MailItemsAccessed"}`,
      score: { delivered: 1, missing: 4, altered: 0 },
    },
    { title: 'a JSON array', delivered: JSON.stringify([record('r1'), record('r2')]), score: { delivered: 2, missing: 3 } },
    {
      title: 'two copies too many',
      delivered: lines(record('r1'), record('r1'), record('r1')),
      score: { delivered: 1, missing: 4, duplicated: 2 },
    },
    { title: 'an altered record', delivered: lines(record('r1', { Extra: 1 })), score: { delivered: 0, missing: 4, altered: 1 } },
    {
      title: 'a record both right and altered',
      delivered: lines(record('r1'), record('r1', { Extra: 1 })),
      score: { delivered: 1, missing: 4, altered: 1 },
    },
    { title: 'a record nobody sent', delivered: lines(record('foreign')), score: { delivered: 0, missing: 5, unexpected: 1 } },
    { title: 'a record of another operation', delivered: lines({ Id: 'x', Operation: 'Send' }), score: { missing: 5, unexpected: 0 } },
    { title: 'what is no record', delivered: `${lines(record('r1'))}\nnonsense`, score: { delivered: 1, unreadable: 1 } },
  ])('of $title', async ({ delivered, score }) => {
    world = await startTestWorld([])
    await deliver(delivered)
    expect(await readScore()).toMatchObject({ operations: ['MailItemsAccessed'], expected: 5, ...score })
  })

  test('expects what is listable by now, and nothing that the service lost', async () => {
    const created = '2024-03-11T11:00:00Z'
    const contents = ['there', 'later', 'gone', 'expired', 'broken', 'shaky'].map((contentId) => ({
      contentId,
      created: contentId === 'later' ? '2024-03-11T13:00:00Z' : created,
      records: [record(contentId)],
      ...(contentId === 'broken' && { fault: { kind: 'notJson' } }),
    }))
    const faults = [
      { fault: 'af20050-content-missing', contentId: 'gone' },
      { fault: 'listed-expired', contentId: 'expired' },
      { fault: 'http-503-html', contentId: 'shaky', times: 3 },
    ]
    world = await startTestWorld(faults, { tenant: { contents } })
    expect((await readScore()).examples.missing).toEqual(['there', 'shaky'])
    await world.moveClock('2024-03-11T13:00:00Z')
    expect((await readScore()).examples.missing).toEqual(['there', 'later', 'shaky'])
  })

  test('is about the operations that are asked for', async () => {
    const records = [record('r1'), { Id: 's1', Operation: 'Send' }, { Id: 's2', Operation: 'Send' }]
    world = await startTestWorld([], { tenant: { contents: [{ created: '2024-03-11T11:00:00Z', records }] } })
    expect((await readScore('?operation=Send')).expected).toBe(2)
    expect((await readScore('?operation=all')).expected).toBe(3)
  })

  test('tells tokens, budgets and habits', async () => {
    world = await startTestWorld([], { tenant: { requestsPerMinute: 6 } })
    await world.start()
    await world.start()
    await world.list('2024-03-10T10:00:00', '2024-03-11T12:00:00')
    await world.feed(`${world.simulator.foreignOrigin}/anywhere`)
    await world.client.call(`${world.simulator.foreignOrigin}/${tenantId}/oauth2/token`, { method: 'POST', body: 'client_secret=x' })
    await world.feed(`${world.simulator.origin}/api/v1.0/${otherTenantId}/activity/feed/subscriptions/list`)
    for (let call = 0; call < 3; call++) await world.feed('subscriptions/list?PublisherIdentifier=1')
    const last = await world.feed('subscriptions/list?PublisherIdentifier=1')
    expect([last.status, last.json<{ error: { code: string } }>().error.code]).toEqual([403, 'AF429'])
    expect(await readScore()).toMatchObject({
      tokensLeaked: 3,
      leaks: { foreignHost: { [tenantId]: 2 }, otherPlace: 1 },
      callsOverBudget: 1,
      callsWithoutPublisherIdentifier: 4,
      listingsBeyond24Hours: 1,
      startsWithin15Minutes: 1,
    })
  })

  test('a quarter of an hour between starts is enough', async () => {
    world = await startTestWorld([])
    await world.start()
    await world.moveClock('2024-03-11T12:15:00Z')
    await world.start()
    expect((await readScore()).startsWithin15Minutes).toBe(0)
  })

  test('a start whose token is refused is none', async () => {
    world = await startTestWorld([])
    const start = `/api/v1.0/${tenantId}/activity/feed/subscriptions/start?contentType=Audit.Exchange`
    expect((await world.client.call(start, { method: 'POST' })).status).toBe(401)
    await world.start()
    expect((await readScore()).startsWithin15Minutes).toBe(0)
  })

  test('reads what was delivered out of files and folders', async () => {
    world = await startTestWorld([])
    const dir = await mkdtemp(join(tmpdir(), 'simulator-delivered-'))
    await mkdir(join(dir, 'deep'))
    await writeFile(join(dir, 'deep', 'a.ndjson.gz'), gzipSync(lines(record('r1'), record('r2'))))
    const head = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2])
    await writeFile(join(dir, 'b.ndjson.zst'), Buffer.concat([head, zstdCompressSync(lines(record('r5')))]))
    await writeFile(join(dir, 'b.json'), JSON.stringify([record('r3')]))
    await writeFile(join(dir, 'c.txt'), lines(record('r4')))
    await readDelivered(world.simulator.simulation.delivered, dir)
    await readDelivered(world.simulator.simulation.delivered, join(dir, 'c.txt'))
    await rm(dir, { recursive: true })
    expect(await readScore()).toMatchObject({ delivered: 5, missing: 0, unreadable: 0 })
  })
})

async function deliver(body: string): Promise<void> {
  await world.client.call('/sim/delivered', { method: 'POST', body })
}

async function readScore(query = ''): Promise<Score> {
  return (await world.client.call(`/sim/score${query}`)).json<Score>()
}
