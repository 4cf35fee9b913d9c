import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scenarioSchema } from './scenario.ts'
import { worldOfScenario } from './scenario-world.ts'
import { type Simulator, startSimulator } from './server.ts'
import { connect, type Reply, type TestClient } from './test-client.ts'

export const tenantId = '11111111-2222-4333-8444-555555555555'
export const otherTenantId = '66666666-7777-4888-9999-aaaaaaaaaaaa'
const credentials = { clientId: '22222222-3333-4444-8555-666666666666', clientSecret: 'correct horse' }

/** Simulated time at the beginning; the contents c1 to c5 were created in the two hours before it, half an hour apart. */
const noon = '2024-03-11T12:00:00Z'

/** A small world that runs, for tests: one subscribed tenant with five contents of one record each, on pages of two, and another tenant. */
export interface TestWorld extends AsyncDisposable {
  readonly simulator: Simulator
  readonly client: TestClient
  /** A call with the tenant's token, below `…/activity/feed/` or at a whole address. */
  feed(path: string, method?: 'GET' | 'POST'): Promise<Reply>
  token(): Promise<Reply>
  start(): Promise<Reply>
  list(from?: string, to?: string): Promise<Reply>
  fetch(contentId: string): Promise<Reply>
  moveClock(now: string): Promise<Reply>
}

export async function startTestWorld(
  faults: readonly object[],
  { tenant = {}, seed = '1', speed = 0 }: { tenant?: object; seed?: string; speed?: number } = {},
): Promise<TestWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'simulator-'))
  const world = worldOfScenario(scenarioSchema.parse(scenarioOf({ faults, ...tenant })), seed)
  const simulator = await startSimulator(world, { seed, port: 0, dir, speed })
  const client = await connect(simulator.origin, simulator.caFile)
  const { clientId, clientSecret } = credentials
  const token = (): Promise<Reply> => client.requestToken(tenantId, clientId, clientSecret)
  const accessToken = async (): Promise<string> => {
    const reply = await token()
    return reply.text.includes('"access_token"') ? reply.json<{ access_token: string }>().access_token : ''
  }
  let bearer: Promise<string> | undefined
  const feed = async (path: string, method = 'GET'): Promise<Reply> => {
    bearer ??= accessToken()
    const address = path.startsWith('https:') ? path : `/api/v1.0/${tenantId}/activity/feed/${path}`
    return client.call(address, { method, headers: { authorization: `Bearer ${await bearer}` } })
  }
  return {
    simulator,
    client,
    feed,
    token,
    start: () => feed('subscriptions/start?contentType=Audit.Exchange', 'POST'),
    list: (from = '2024-03-11T10:00:00', to = '2024-03-11T13:00:00') =>
      feed(`subscriptions/content?contentType=Audit.Exchange&startTime=${from}&endTime=${to}`),
    fetch: (contentId) => feed(`audit/${encodeURIComponent(contentId)}`),
    moveClock: (now) => client.call('/sim/clock', { method: 'PUT', body: JSON.stringify({ now }) }),
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]()
      await simulator[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function scenarioOf(tenant: object): object {
  const created = ['10:00', '10:30', '11:00', '11:30', '12:00']
  const contents = created.map((time, index) => ({
    contentId: `c${index + 1}`,
    created: `2024-03-11T${time}:00Z`,
    records: [{ Id: `r${index + 1}`, Operation: 'MailItemsAccessed', OrganizationId: tenantId }],
  }))
  return {
    start: noon,
    pageSize: 2,
    tenants: [
      { tenantId, displayName: 'Contoso', ...credentials, initiallySubscribed: true, contents, ...tenant },
      { tenantId: otherTenantId, displayName: 'Fabrikam', ...credentials, initiallySubscribed: true, contents: [] },
    ],
  }
}
