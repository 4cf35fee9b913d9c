import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalJson, parseJsonKeepingNumbers } from '../json-text.ts'
import { type Simulator, startSimulator } from '../server.ts'
import { connect, type Reply, type TestClient } from '../test-client.ts'
import type { Truth } from '../truth.ts'
import type { SimulatedTenant } from '../world.ts'
import { dayMs, storyDays, storyStart } from './calendar.ts'
import { hospitalWorld } from './hospital-world.ts'

interface Descriptor {
  readonly contentId: string
  readonly contentUri: string
}

const world = hospitalWorld('1')
let dir: string
let simulator: Simulator
let client: TestClient

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hospital-'))
  simulator = await startSimulator(world, { seed: '1', port: 0, dir })
  client = await connect(simulator.origin, simulator.caFile)
})

afterAll(async () => {
  client[Symbol.dispose]()
  await simulator[Symbol.asyncDispose]()
  await rm(dir, { recursive: true })
})

test('a client that lists every day, and again three days later, and repeats what fails, ends up with the truth', async () => {
  const tokens = new Map<SimulatedTenant, string>()
  for (const tenant of world.tenants) {
    const token = await client.token(tenant.tenantId, tenant.clientId, tenant.clientSecret)
    tokens.set(tenant, token)
    const address = `/api/v1.0/${tenant.tenantId}/activity/feed/subscriptions/start?contentType=Audit.Exchange`
    await client.call(address, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  }
  const collected = new Map(world.tenants.map((tenant) => [tenant.tenantId, new Map<string, Set<string>>()]))
  for (const day of [...storyDays, storyStart + 10 * dayMs]) {
    await client.call('/sim/clock', { method: 'PUT', body: JSON.stringify({ now: new Date(day).toISOString() }) })
    for (const [tenant, token] of tokens) {
      for (const start of [day - dayMs, day - 4 * dayMs].filter((time) => time >= storyStart)) {
        const known = collected.get(tenant.tenantId) ?? new Map<string, Set<string>>()
        for (const content of await listDay(tenant, token, start)) {
          if (!known.has(content.contentId)) known.set(content.contentId, await fetchRecords(content, token))
        }
      }
    }
  }
  const truth = (await client.call('/sim/truth')).json<Truth>()
  for (const [tenantId, contents] of collected) {
    const own = truth.tenants[tenantId]
    const found = new Set([...contents.values()].flatMap((records) => [...records]))
    expect([...contents.keys()].sort()).toEqual(own?.contents.map(({ contentId }) => contentId).sort())
    expect([...found].sort()).toEqual(own?.records.map(({ id, sha256 }) => `${id} ${sha256}`))
  }
}, 120_000)

test('the export lies on disk', async () => {
  const files = (await readdir(simulator.emailEventsDir, { recursive: true })).filter((file) => file.endsWith('PT1H.json'))
  expect(files.length).toBe(world.story?.emailEvents.length)
  const text = await readFile(join(simulator.emailEventsDir, files[0] ?? ''), 'utf8')
  expect(JSON.parse(text.split('\r\n')[0] ?? '')).toMatchObject({ category: 'AdvancedHunting-EmailEvents', operationName: 'Publish' })
})

async function listDay({ tenantId }: SimulatedTenant, token: string, start: number): Promise<Descriptor[]> {
  const [from, to] = [start, start + dayMs].map((time) => new Date(time).toISOString().slice(0, 19))
  const contents: Descriptor[] = []
  let address = `/api/v1.0/${tenantId}/activity/feed/subscriptions/content?contentType=Audit.Exchange&startTime=${from}&endTime=${to}`
  while (address) {
    const page = await client.call(address, { headers: { authorization: `Bearer ${token}` } })
    contents.push(...page.json<Descriptor[]>())
    address = String(page.headers.nextpageuri ?? '')
  }
  return contents
}

async function fetchRecords({ contentUri }: Descriptor, token: string): Promise<Set<string>> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const reply = await client.call(contentUri, { headers: { authorization: `Bearer ${token}` } }).catch((): Reply | undefined => undefined)
    if (reply?.status === 200) return mailRecordsIn(reply.text)
  }
  throw new Error(`${contentUri} fails again and again.`)
}

function mailRecordsIn(text: string): Set<string> {
  const records = parseJsonKeepingNumbers(text.replace('\uFEFF', '')) as { readonly Id: string; readonly Operation: string }[]
  const mail = records.filter(({ Operation }) => Operation === 'MailItemsAccessed')
  return new Set(mail.map((record) => `${record.Id} ${createHash('sha256').update(canonicalJson(record)).digest('hex')}`))
}
