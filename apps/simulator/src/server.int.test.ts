import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Scenario, scenarioSchema } from './scenario.ts'
import { worldOfScenario } from './scenario-world.ts'
import { type Simulator, startSimulator } from './server.ts'
import { connect, type Reply, type TestClient } from './test-client.ts'

const tenantId = '11111111-2222-4333-8444-555555555555'
const otherTenantId = '66666666-7777-4888-9999-aaaaaaaaaaaa'
const credentials = { clientId: '22222222-3333-4444-8555-666666666666', clientSecret: 'correct horse' }

const scenario = {
  start: '2024-03-11T00:00:00Z',
  pageSize: 2,
  siem: { failFirst: 1 },
  tenants: [
    {
      tenantId,
      displayName: 'Contoso',
      ...credentials,
      subscriptionEvents: [
        { at: '2024-03-11T06:00:00Z', action: 'stop' },
        { at: '2024-03-11T07:00:00Z', action: 'start' },
      ],
      contents: [
        content('c1', '00:10', { records: [{ Id: 'r1', Operation: 'MailItemsAccessed', OrganizationId: tenantId }] }),
        content('c$2', '00:20', { records: [{ Id: 'r2', Operation: 'Send' }] }),
        content('c3', '00:29', {}),
        content('late', '00:15', { listedFrom: '2024-03-11T03:00:00Z' }),
        content('edge', '01:00', {}),
        content('throttled', '02:00', { fault: { kind: 'throttle', times: 1 } }),
        content('failing', '02:01', { fault: { kind: 'status', status: 503 } }),
        content('missing', '02:02', { fault: { kind: 'missing' } }),
        content('expired', '02:03', { fault: { kind: 'expired' } }),
        content('truncated', '02:04', { rawBody: '[{"Id":"r5","Operation":"Send"}]', fault: { kind: 'truncate', times: 1 } }),
        content('object', '02:05', { fault: { kind: 'errorObject' } }),
        content('page', '02:06', { fault: { kind: 'notJson' } }),
        content('raw', '02:07', { rawBody: '\uFEFF[{"Id":"r6"}]' }),
        content('unsubscribed', '06:30', {}),
        content('resubscribed', '07:30', {}),
      ],
    },
    { tenantId: otherTenantId, displayName: 'Fabrikam', ...credentials, initiallySubscribed: true, contents: [] },
  ],
}

let dir: string
let simulator: Simulator
let client: TestClient
let token: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simulator-'))
  simulator = await startSimulator(worldOfScenario(parsedScenario(), '1'), { seed: '1', port: 0, dir })
  client = await connect(simulator.origin, simulator.caFile)
  token = await client.token(tenantId, credentials.clientId, credentials.clientSecret)
})

afterEach(async () => {
  client[Symbol.dispose]()
  await simulator[Symbol.asyncDispose]()
  await rm(dir, { recursive: true })
})

describe('tokens', () => {
  const good = { grant_type: 'client_credentials', client_id: credentials.clientId, client_secret: credentials.clientSecret }

  test.each([
    { title: 'a wrong secret', path: tenantId, change: { client_secret: 'wrong' }, status: 401, error: 'invalid_client', code: 7000215 },
    {
      title: 'an unknown application',
      path: tenantId,
      change: { client_id: otherTenantId },
      status: 400,
      error: 'unauthorized_client',
      code: 700016,
    },
    { title: 'an unknown tenant', path: credentials.clientId, change: {}, status: 400, error: 'invalid_request', code: 90002 },
    {
      title: 'another scope',
      path: tenantId,
      change: { scope: 'https://manage.office.com/.default' },
      status: 400,
      error: 'invalid_scope',
      code: 70011,
    },
    {
      title: 'another grant',
      path: tenantId,
      change: { grant_type: 'password' },
      status: 400,
      error: 'unsupported_grant_type',
      code: 70003,
    },
  ])('refuses $title', async ({ path, change, status, error, code }) => {
    const reply = await requestToken(`/${path}/oauth2/v2.0/token`, { ...good, scope: `${simulator.origin}/.default`, ...change })
    expect(reply.status).toBe(status)
    expect(reply.json()).toMatchObject({ error, error_codes: [code], error_description: expect.stringMatching(`^AADSTS${code}: `) })
  })

  test('come as text numbers from the v1 endpoint', async () => {
    const reply = await requestToken(`/${tenantId}/oauth2/token`, { ...good, resource: simulator.origin })
    expect(reply.json()).toMatchObject({ token_type: 'Bearer', expires_in: '3599', resource: simulator.origin })
  })

  test('come for an assertion of the application', async () => {
    const claims = { iss: credentials.clientId, sub: credentials.clientId, exp: 4_000_000_000 }
    const { client_secret: _, ...form } = good
    const reply = await requestToken(`/${tenantId}/oauth2/v2.0/token`, {
      ...form,
      scope: `${simulator.origin}/.default`,
      client_assertion: `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`,
    })
    expect(reply.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3599 })
  })

  test('are announced by a discovery document of the same host', async () => {
    const reply = await client.call(`/${tenantId}/v2.0/.well-known/openid-configuration`)
    expect(reply.json()).toMatchObject({
      issuer: `${simulator.origin}/${tenantId}/v2.0`,
      token_endpoint: expect.stringContaining(simulator.origin),
    })
  })
})

describe('the feed', () => {
  test.each([
    { title: 'no token', authorization: undefined, tenant: tenantId, status: 401, code: undefined },
    { title: 'a forged token', authorization: 'Bearer a.b.c', tenant: tenantId, status: 401, code: undefined },
    { title: 'the token of another tenant', authorization: 'good', tenant: otherTenantId, status: 400, code: 'AF20010' },
    { title: 'a tenant that is no GUID', authorization: 'good', tenant: 'contoso', status: 400, code: 'AF20013' },
  ])('refuses $title', async ({ authorization, tenant, status, code }) => {
    const reply = await client.call(`/api/v1.0/${tenant}/activity/feed/subscriptions/list`, {
      ...(authorization && { headers: { authorization: authorization === 'good' ? `Bearer ${token}` : authorization } }),
    })
    expect(reply.status).toBe(status)
    expect(codeOf(reply)).toBe(code)
  })

  test('answers with the simulated time', async () => {
    await moveClock('2024-03-11T05:00:00Z')
    expect((await feed('subscriptions/list')).headers.date).toBe('Mon, 11 Mar 2024 05:00:00 GMT')
    expect((await client.call(`/api/v1.0/${tenantId}/activity/feed/subscriptions/list`)).headers.date).toBe('Mon, 11 Mar 2024 05:00:00 GMT')
  })

  test.each([
    { query: '', code: 'AF20001' },
    { query: '?contentType=Audit.Mail', code: 'AF20020' },
    { query: '?contentType=Audit.Exchange&startTime=2024-03-11T00:00:00', code: 'AF20030' },
    { query: '?contentType=Audit.Exchange&startTime=2024-03-10T00:00:00&endTime=2024-03-11T00:00:01', code: 'AF20030' },
    { query: '?contentType=Audit.Exchange&startTime=2024-03-03T23:59:59&endTime=2024-03-04T01:00:00', code: 'AF20030' },
    { query: '?contentType=Audit.Exchange&startTime=2024-03-04&endTime=2024-03-05', code: undefined },
    { query: '?contentType=Audit.Exchange&startTime=2024-03-11T00:00:00&endTime=2024-03-11T00:00:00', code: 'AF20055' },
    { query: '?contentType=Audit.Exchange&startTime=2024-03-11T00:00:00.000&endTime=2024-03-11T01:00:00', code: 'AF20002' },
    { query: '?contentType=Audit.Exchange&startTime=2024-03-11T00:00&endTime=2024-03-11T01:00&nextPage=abc', code: 'AF20031' },
  ])('answers a listing of "$query" with $code', async ({ query, code }) => {
    await start()
    expect(codeOf(await feed(`subscriptions/content${query}`))).toBe(code)
  })

  test('lists nothing without a subscription, and starts one only once', async () => {
    expect(codeOf(await list('00:00', '01:00'))).toBe('AF20022')
    expect((await feed('subscriptions/list')).json()).toEqual([])
    expect((await start()).json()).toEqual({ contentType: 'Audit.Exchange', status: 'enabled', webhook: null })
    const again = await start()
    expect([again.status, codeOf(again)]).toEqual([400, 'AF20024'])
    expect((await feed('subscriptions/list')).json()).toEqual([{ contentType: 'Audit.Exchange', status: 'enabled', webhook: null }])
    await feed('subscriptions/stop?contentType=Audit.Exchange', 'POST')
    expect((await feed('subscriptions/list')).json()).toEqual([])
  })

  test('never lists what was created while the subscription was off', async () => {
    await moveClock('2024-03-11T00:15:00Z')
    await start()
    await moveClock('2024-03-11T06:30:00Z')
    expect(codeOf(await list('00:00', '06:00'))).toBe('AF20023')
    expect((await feed('subscriptions/list')).json()).toMatchObject([{ status: 'disabled' }])
    await moveClock('2024-03-11T08:00:00Z')
    expect(await listAll('00:00', '00:30')).toEqual(['c$2', 'c3', 'late'])
    expect(await listAll('06:00', '08:00')).toEqual(['resubscribed'])
  })

  test('lists a content only once it is available, from the start of the window to before its end', async () => {
    await start()
    expect(await listAll('00:00', '01:00')).toEqual([])
    await moveClock('2024-03-11T02:59:59Z')
    expect(await listAll('00:10', '00:20')).toEqual(['c1'])
    expect(await listAll('00:20', '01:00')).toEqual(['c$2', 'c3'])
    await moveClock('2024-03-11T03:00:00Z')
    expect(await listAll('00:10', '00:20')).toEqual(['c1', 'late'])
  })

  test('pages in order of availability, and binds a page to its listing', async () => {
    await start()
    await moveClock('2024-03-11T01:00:00Z')
    const first = await list('00:00', '01:00')
    const next = String(first.headers.nextpageuri)
    expect(idsOf(first)).toEqual(['c1', 'c$2'])
    expect(next).toContain(`${simulator.origin}/api/v1/${tenantId}/activity/feed/subscriptions/content`)
    expect(new URL(next).searchParams.get('startTime')).toBe('2024-03-11T00:00:00')

    await moveClock('2024-03-11T03:00:00Z')
    const second = await get(next)
    expect(idsOf(second)).toEqual(['c3'])
    expect(second.headers.nextpageuri).toBeUndefined()
    expect(codeOf(await get(next.replace('T00%3A00%3A00', 'T00%3A05%3A00')))).toBe('AF20031')
  })

  test('serves the records of a content, also compressed', async () => {
    await start()
    await moveClock('2024-03-11T00:20:00Z')
    const [, second] = (await list('00:00', '01:00')).json<{ contentUri: string }[]>()
    expect(second?.contentUri).toBe(`${simulator.origin}/api/v1.0/${tenantId}/activity/feed/audit/c%242`)
    expect((await get(second?.contentUri ?? '')).json()).toEqual([{ Id: 'r2', Operation: 'Send' }])
    const compressed = await client.call(second?.contentUri ?? '', {
      headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip, br' },
    })
    expect(compressed.headers['content-encoding']).toBe('gzip')
  })

  test.each([
    { id: 'throttled', first: { status: 403, code: 'AF429' }, second: { status: 200, code: undefined } },
    { id: 'failing', first: { status: 503, code: undefined }, second: { status: 503, code: undefined } },
    { id: 'missing', first: { status: 404, code: 'AF20050' }, second: { status: 404, code: 'AF20050' } },
    { id: 'expired', first: { status: 400, code: 'AF20051' }, second: { status: 400, code: 'AF20051' } },
    { id: 'object', first: { status: 200, code: 'AF50000' }, second: { status: 200, code: 'AF50000' } },
    { id: 'page', first: { status: 200, code: undefined }, second: { status: 200, code: undefined } },
    { id: 'unknown', first: { status: 404, code: 'AF20050' }, second: { status: 404, code: 'AF20050' } },
    { id: 'edge', first: { status: 200, code: undefined }, second: { status: 200, code: undefined } },
  ])('plays the fault of content "$id"', async ({ id, first, second }) => {
    await start()
    await moveClock('2024-03-11T04:00:00Z')
    const replies = [await fetchContent(id), await fetchContent(id)]
    expect(replies.map((reply) => ({ status: reply.status, code: codeOf(reply) }))).toEqual([first, second])
  })

  test('cuts a truncated body short once', async () => {
    await start()
    await moveClock('2024-03-11T04:00:00Z')
    await expect(fetchContent('truncated')).rejects.toThrow('aborted')
    expect((await fetchContent('truncated')).json()).toEqual([{ Id: 'r5', Operation: 'Send' }])
  })

  test('serves a raw body as it is', async () => {
    await start()
    await moveClock('2024-03-11T04:00:00Z')
    expect((await fetchContent('raw')).text).toBe('\uFEFF[{"Id":"r6"}]')
  })

  test('has lost a content after its expiration', async () => {
    await start()
    await moveClock('2024-03-18T00:10:00Z')
    expect(codeOf(await fetchContent('c1'))).toBe('AF20051')
    expect((await fetchContent('c$2')).status).toBe(200)
  })
})

describe('the controls', () => {
  test('the clock moves forward only', async () => {
    expect((await moveClock('2024-03-11T01:00:00Z')).json()).toEqual({ now: '2024-03-11T01:00:00.000Z' })
    expect((await moveClock('2024-03-11T00:59:59Z')).status).toBe(409)
    expect((await client.call('/sim/clock')).json()).toEqual({ now: '2024-03-11T01:00:00.000Z' })
    expect((await moveClock('tomorrow')).status).toBe(400)
  })

  test('the truth is what was made listable by now', async () => {
    await start()
    await moveClock('2024-03-11T00:20:00Z')
    const { tenants } = (await client.call('/sim/truth')).json<{ tenants: Record<string, { records: object[]; contents: object[] }> }>()
    expect(Object.keys(tenants)).toEqual([tenantId, otherTenantId])
    expect(tenants[tenantId]?.records).toEqual([{ id: 'r1', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }])
    expect(tenants[tenantId]?.contents).toMatchObject([
      { contentId: 'c1', records: 1, mailRecords: 1, expires: '2024-03-18T00:10:00.000Z' },
      { contentId: 'c$2', records: 1, mailRecords: 0 },
    ])
  })

  test('the metrics tell calls without a publisher, and tokens in wrong places', async () => {
    await feed('subscriptions/list')
    await feed('subscriptions/list?PublisherIdentifier=1')
    await get('/sim/siem')
    await get(`/api/v1.0/${otherTenantId}/activity/feed/subscriptions/list?PublisherIdentifier=1`)
    expect((await client.call('/sim/metrics')).json()).toMatchObject({
      calls: { token: 1, list: 3, fetch: 0 },
      callsByTenant: { [tenantId]: { token: 1, list: 2 }, [otherTenantId]: { list: 1 } },
      withoutPublisherIdentifier: 1,
      misplacedTokens: 2,
    })
  })

  test('the SIEM fails first, then checks signatures', async () => {
    expect((await post('id-0', '{}')).status).toBe(503)
    expect((await post('id-1', '{"a":1}')).status).toBe(204)
    await client.call('/sim/siem', { method: 'POST', body: 'text', headers: { 'webhook-signature': 'v1,AAAA' } })
    const { deliveries } = (await client.call('/sim/siem')).json<{ deliveries: object[] }>()
    expect(deliveries).toMatchObject([
      { id: 'id-1', timestamp: '1710115200', signatureValid: true, body: { a: 1 }, at: '2024-03-11T00:00:00.000Z' },
      { id: '', signatureValid: false, body: 'text' },
    ])
  })
})

function content(contentId: string, time: string, more: object): object {
  return { contentId, created: `2024-03-11T${time}:00Z`, ...more }
}

function parsedScenario(): Scenario {
  return scenarioSchema.parse(scenario)
}

function requestToken(path: string, form: Readonly<Record<string, string>>): Promise<Reply> {
  return client.call(path, { method: 'POST', body: new URLSearchParams(form).toString() })
}

function get(address: string, method = 'GET'): Promise<Reply> {
  return client.call(address, { method, headers: { authorization: `Bearer ${token}` } })
}

function feed(path: string, method = 'GET'): Promise<Reply> {
  return get(`/api/v1.0/${tenantId}/activity/feed/${path}`, method)
}

function start(): Promise<Reply> {
  return feed('subscriptions/start?contentType=Audit.Exchange', 'POST')
}

function list(from: string, to: string): Promise<Reply> {
  return feed(`subscriptions/content?contentType=Audit.Exchange&startTime=2024-03-11T${from}:00&endTime=2024-03-11T${to}:00`)
}

async function listAll(from: string, to: string): Promise<string[]> {
  const ids: string[] = []
  let page = await list(from, to)
  ids.push(...idsOf(page))
  while (page.headers.nextpageuri) {
    page = await get(String(page.headers.nextpageuri))
    ids.push(...idsOf(page))
  }
  return ids
}

function fetchContent(id: string): Promise<Reply> {
  return feed(`audit/${encodeURIComponent(id)}`)
}

function idsOf(reply: Reply): string[] {
  return reply.json<{ contentId: string }[]>().map(({ contentId }) => contentId)
}

function codeOf(reply: Reply): string | undefined {
  return reply.text.startsWith('{') ? reply.json<{ error?: { code?: string } }>().error?.code : undefined
}

function moveClock(now: string): Promise<Reply> {
  return client.call('/sim/clock', { method: 'PUT', body: JSON.stringify({ now }) })
}

function post(id: string, body: string): Promise<Reply> {
  const timestamp = '1710115200'
  const key = Buffer.from(simulator.siemSecret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,AAAA v1,${signature}` }
  return client.call('/sim/siem', { method: 'POST', body, headers })
}
