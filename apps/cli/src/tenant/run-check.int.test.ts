import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dayMs, parseTenantId, type TenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { connectRedis, createRequestBudgets } from '@mailtrail/queues'
import { startRedis, startSimulator, type TestSimulator, temporaryFolder } from '@mailtrail/testing'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCommandLine } from '../run-command-line.ts'

const idOf = (number: number): TenantId => parseTenantId(`11111111-2222-4333-8444-${String(number).padStart(12, '0')}`)
const [subscribed, unsubscribed, blocked, busy, certified, removed] = [idOf(0), idOf(1), idOf(2), idOf(3), idOf(4), idOf(5)]
const clientId = '22222222-3333-4444-8555-666666666666'
const secret = 'correct horse battery'

const opened = new AsyncDisposableStack()
let simulator: TestSimulator
let folder: string
let lake: ObjectStore
let location: string
let data: string
let talk: string

beforeAll(async () => {
  const tenant = { clientId, clientSecret: secret, displayName: 'x', initiallySubscribed: true, contents: [] }
  const tenants = [
    { ...tenant, tenantId: subscribed },
    { ...tenant, tenantId: unsubscribed, initiallySubscribed: false },
    { ...tenant, tenantId: blocked, faults: [{ fault: 'token-without-role' }] },
    { ...tenant, tenantId: busy, faults: [{ fault: 'af429-in-403' }] },
    { ...tenant, tenantId: certified },
    { ...tenant, tenantId: removed },
  ]
  simulator = opened.use(await startSimulator({ scenario: { start: new Date().toISOString(), tenants } }))
})
afterAll(() => opened.disposeAsync())

beforeEach(async () => {
  const place = await temporaryFolder()
  folder = place.path
  lake = createFolderStore(join(folder, 'lake'))
  location = `file:${join(folder, 'lake')}`
  const { origin, caFile } = simulator.announcement
  const lab = { loginHost: origin, apiRoot: origin, resource: origin, caFile }
  await writeFile(join(folder, 'mailtrail.yaml'), JSON.stringify({ clouds: { lab }, app: { clientId, credential: 'env:CLI_APP_SECRET' } }))
  vi.stubEnv('MAILTRAIL_CONFIG', join(folder, 'mailtrail.yaml'))
  vi.stubEnv('MAILTRAIL_LAKE', location)
  vi.stubEnv('MAILTRAIL_REDIS_URL', undefined)
  vi.stubEnv('MAILTRAIL_PUBLISHER_ID', '33333333-2222-4333-8444-555555555555')
  vi.stubEnv('CLI_APP_SECRET', secret)
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk: unknown) => {
    data += String(chunk)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk: unknown) => {
    talk += String(chunk)
    return true
  })
  return async () => {
    await place[Symbol.asyncDispose]()
  }
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe('mailtrail tenant check', () => {
  test.each([
    { title: 'of a tenant that waits for the fleet', id: () => subscribed, code: 1, says: /^first-data +unknown /m },
    {
      title: 'without a subscription',
      id: () => unsubscribed,
      code: 1,
      says: /^subscription +failed .*\n +fix: mailtrail tenant check \S+ --start/m,
    },
    { title: 'without consent', id: () => blocked, code: 4, says: /^consent +failed .*\n +fix: mailtrail tenant consent-link --tenant /m },
    { title: 'that is throttled', id: () => busy, code: 5, says: /^budget +failed .*\[AF429\]/m },
  ])('$title ends with $code and says what to do', async ({ id, code, says }) => {
    await add(id())
    expect(await run('tenant', 'check', id())).toBe(code)
    expect(data).toMatch(says)
    expect(data + talk).not.toContain(secret)
  })

  test('ends with 4 where the secret is wrong, and with 0 where only the first data is waited for', async () => {
    await add(subscribed)
    await verified(subscribed)
    expect(await run('tenant', 'check', subscribed), data).toBe(0)
    expect(data).toMatch(/^first-data +waiting /m)
    vi.stubEnv('CLI_APP_SECRET', 'a canary')
    expect(await run('tenant', 'check', subscribed)).toBe(4)
    expect(data).toMatch(/^credential +failed .*\[AADSTS7000215\]/m)
    expect(data + talk).not.toContain('canary')
  })

  test('keeps what was seen, which --last shows without asking anybody', async () => {
    await add(blocked)
    expect(await run('tenant', 'check', blocked, '--last')).toBe(1)
    expect(talk).toContain('never checked')
    await run('tenant', 'check', blocked, '--json')
    const shown = JSON.parse(data)
    const before = await simulator.get<{ calls: object }>('/sim/metrics')
    expect(await run('tenant', 'check', blocked, '--last', '--json')).toBe(4)
    expect(JSON.parse(data)).toEqual(shown)
    expect((await simulator.get<{ calls: object }>('/sim/metrics')).calls).toEqual(before.calls)
    expect(shown).toMatchObject({ tenantId: blocked, state: 'failed', cloud: 'lab' })
  })

  test('starts a subscription only if told to', async () => {
    await add(unsubscribed)
    await run('tenant', 'check', unsubscribed)
    await run('tenant', 'check', unsubscribed)
    expect(data).toMatch(/^subscription +failed /m)
    await run('tenant', 'check', unsubscribed, '--start')
    expect(data).toMatch(/^subscription +ok /m)
    expect(data).toMatch(/^auditing +ok /m)
  })

  test('raises one alert for a certificate that ends, however often it is run', async () => {
    await writeFile(join(folder, 'app.pem'), await certificateUntil(new Date(Date.now() + 10 * dayMs)))
    await run(
      'tenant',
      'add',
      '--tenant',
      certified,
      '--name',
      'x',
      '--cloud',
      'lab',
      '--client-id',
      clientId,
      '--credential',
      `file:${join(folder, 'app.pem')}`,
    )
    await verified(certified)
    expect(await run('tenant', 'check', certified), talk + data).toBe(0)
    expect(await run('tenant', 'check', certified)).toBe(0)
    expect(data).toMatch(/^credential +warning .* 9 days left/m)
    const alerts = await Array.fromAsync(lake.list('alerts/'))
    expect(alerts).toHaveLength(1)
    const alert = Buffer.from((await lake.read(alerts[0] ?? '')) ?? []).toString()
    expect(JSON.parse(alert)).toMatchObject({ kind: 'credential.expiring', tenantId: certified, data: { credential: 'file', daysLeft: 9 } })
    expect(alert).not.toContain('app.pem')
  })

  test("tells of the fleet's pause where Redis knows one, and goes without Redis where it is not there", async () => {
    await using server = await startRedis()
    const redis = await connectRedis(server.url)
    await createRequestBudgets(redis).of(subscribed, 100).throttled(60_000)
    redis.disconnect()
    await add(subscribed)
    vi.stubEnv('MAILTRAIL_REDIS_URL', server.url)
    await run('tenant', 'check', subscribed)
    expect(data).toMatch(/^budget +warning +The fleet was throttled and pauses this tenant for \d+ s more/m)
    vi.stubEnv('MAILTRAIL_REDIS_URL', 'redis://127.0.0.1:1')
    await run('tenant', 'check', subscribed)
    expect(data).toMatch(/^budget +ok /m)
    expect(talk).toContain('budgets are not looked at')
  })

  test('of all leaves out the removed, and one that cannot be read stops no other', async () => {
    for (const id of [subscribed, blocked, busy, removed]) await add(id)
    await run('tenant', 'remove', removed, '--yes')
    await lake.create(`control/tenants/${idOf(7)}.json`, Buffer.from('broken'))
    expect(await run('tenant', 'check', '--all', '--failed')).toBe(4)
    expect(
      data
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(33, 44)),
    ).toEqual(['000  unknown', '002  failed', '003  failed', '007  error'].map((text) => expect.stringContaining(text.slice(0, 8))))
    expect(talk).toMatch(/^4 tenants: 1 not checked, 2 failed, 1 unknown$/m)
    await run('tenant', 'check', '--all', '--json', '--last')
    expect(
      data
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).tenantId)
        .toSorted(),
    ).toEqual([subscribed, blocked, busy, idOf(7)])
  })

  test.each([
    { title: 'no tenant', args: [] },
    { title: 'a tenant and --all', args: [subscribed, '--all'] },
    { title: 'a tag for one tenant', args: [subscribed, '--tag', 'x'] },
  ])('with $title is a usage error', async ({ args }) => {
    expect(await run('tenant', 'check', ...args)).toBe(2)
  })
})

async function run(...argv: string[]): Promise<number> {
  data = ''
  talk = ''
  return runCommandLine(argv)
}

async function add(tenantId: string): Promise<void> {
  expect(await run('tenant', 'add', '--tenant', tenantId, '--name', 'x', '--cloud', 'lab'), talk).toBe(0)
}

async function verified(tenantId: string): Promise<void> {
  const event = { schema: 1, kind: 'subscription-verified', at: Date.now(), contentType: 'Audit.Exchange' }
  await lake.create(`control/tenants/${tenantId}/history/9999-verified.json`, Buffer.from(JSON.stringify(event)))
}

async function certificateUntil(notAfter: Date): Promise<string> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const notBefore = new Date(Date.now() - dayMs)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test',
    notBefore,
    notAfter,
    keys,
    signingAlgorithm: algorithm,
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return `${certificate.toString('pem')}\n${PemConverter.encode(key, 'PRIVATE KEY')}\n`
}
