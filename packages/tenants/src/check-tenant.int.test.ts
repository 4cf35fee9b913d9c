import { hourMs, type LedgerEntry, minuteMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore, rawKey, writeLedgerEntry } from '@mailtrail/lake'
import { startSimulator, type TestSimulator, temporaryFolder } from '@mailtrail/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CheckFacts } from './check-facts.ts'
import type { CheckName, CheckReport, CheckState } from './check-report.ts'
import { type CheckContext, checkTenant } from './check-tenant.ts'
import { recordHistory } from './history.ts'
import { addTenant } from './registry.ts'

const start = Date.parse('2024-03-14T12:00:00Z')
const clientId = '22222222-3333-4444-8555-666666666666'
const publisherId = '33333333-2222-4333-8444-555555555555'

interface Situation {
  readonly title: string
  readonly tenant?: object
  readonly credentials?: readonly string[]
  readonly cloud?: string
  readonly mayStart?: boolean
  /** What is not `ok`. A client secret never tells when it expires, so its line is at best a warning. */
  readonly states: Partial<Record<CheckName, CheckState>>
  readonly code?: string
}

const secret = { credential: 'warning' } as const
const unseen = { consent: 'unknown', tenant: 'unknown', auditing: 'unknown', subscription: 'unknown', budget: 'unknown' } as const
const feedUnseen = { ...secret, auditing: 'unknown', subscription: 'unknown' } as const
const subscribed = { initiallySubscribed: true }

const situations: readonly Situation[] = [
  { title: 'all is as it should be', tenant: subscribed, states: secret },
  {
    title: 'the secret is wrong',
    tenant: subscribed,
    credentials: ['env:CHECK_WRONG'],
    states: { ...unseen, credential: 'failed' },
    code: 'AADSTS7000215',
  },
  {
    title: 'the new secret is wrong and the old one is taken',
    tenant: subscribed,
    credentials: ['env:CHECK_WRONG', 'env:CHECK_SECRET'],
    states: secret,
    code: 'AADSTS7000215',
  },
  {
    title: 'the old secret is wrong and the new one is taken',
    tenant: subscribed,
    credentials: ['env:CHECK_SECRET', 'env:CHECK_WRONG'],
    states: secret,
    code: 'AADSTS7000215',
  },
  {
    title: 'the secret is not there',
    tenant: subscribed,
    credentials: ['env:CHECK_ABSENT'],
    states: { ...unseen, service: 'unknown', credential: 'failed' },
    code: 'SECRET_UNAVAILABLE',
  },
  {
    title: 'consent is missing in the token',
    tenant: faulty('token-without-role'),
    states: { ...feedUnseen, consent: 'failed', budget: 'unknown' },
  },
  {
    title: 'the feed misses the permission',
    tenant: faulty('af10001-permission-missing'),
    states: { ...feedUnseen, consent: 'failed' },
    code: 'AF10001',
  },
  {
    title: 'the app is not in the tenant',
    tenant: faulty('token-app-unknown'),
    states: { ...unseen, credential: 'unknown', consent: 'failed' },
    code: 'AADSTS700016',
  },
  {
    title: 'the tenant is of another cloud',
    tenant: faulty('token-tenant-unknown'),
    states: { ...unseen, credential: 'unknown', tenant: 'failed' },
    code: 'AADSTS90002',
  },
  {
    title: 'auditing is off, and a start is tried',
    tenant: { faults: [{ fault: 'auditing-off' }] },
    mayStart: true,
    states: { ...secret, auditing: 'failed', subscription: 'failed' },
    code: 'ACTIVITY_API_AUDITING_OFF',
  },
  {
    title: 'auditing is off, and nothing is tried',
    tenant: { faults: [{ fault: 'auditing-off' }] },
    states: { ...secret, auditing: 'unknown', subscription: 'failed' },
  },
  { title: 'there is no subscription', tenant: {}, states: { ...secret, auditing: 'unknown', subscription: 'failed' } },
  { title: 'there is no subscription, and it is started', tenant: {}, mayStart: true, states: secret },
  {
    title: 'the subscription has no status',
    tenant: faulty('subscription-without-status'),
    states: { ...secret, subscription: 'unknown' },
  },
  {
    title: 'the subscription is disabled in spite of its list',
    tenant: faulty('af20023-subscription-disabled'),
    states: { ...secret, subscription: 'failed' },
    code: 'AF20023',
  },
  { title: 'the feed is throttled', tenant: faulty('af429-in-403'), states: { ...feedUnseen, budget: 'failed' }, code: 'AF429' },
  { title: 'the feed is down', tenant: faulty('af50000-internal-error'), states: { ...feedUnseen, service: 'failed' }, code: 'AF50000' },
  {
    title: 'TLS is not trusted',
    tenant: subscribed,
    cloud: 'untrusted',
    states: { ...unseen, credential: 'unknown', service: 'failed' },
    code: 'ACTIVITY_API_TLS_UNTRUSTED',
  },
  {
    title: 'the cloud has no name',
    tenant: subscribed,
    cloud: 'nowhere',
    states: { ...unseen, credential: 'unknown', service: 'failed' },
    code: 'CLOUD_UNKNOWN',
  },
]

const tenantIdOf = (index: number) => parseTenantId(`11111111-2222-4333-8444-${String(index).padStart(12, '0')}`)
const env = { CHECK_SECRET: 'correct horse battery', CHECK_WRONG: 'canary of a wrong secret' }
let simulator: TestSimulator
const opened = new AsyncDisposableStack()

beforeAll(async () => {
  const tenants = situations.map(({ title, tenant }, index) => ({
    tenantId: tenantIdOf(index),
    clientId,
    clientSecret: env.CHECK_SECRET,
    displayName: title,
    contents: [],
    ...tenant,
  }))
  simulator = opened.use(await startSimulator({ scenario: { start: new Date(start).toISOString(), tenants } }))
  Object.assign(process.env, env)
})
afterAll(async () => {
  for (const name of Object.keys(env)) delete process.env[name]
  await opened.disposeAsync()
})

describe.each(situations.map((situation, index) => ({ ...situation, index })))('where $title', (situation) => {
  let outcome: { readonly report: CheckReport; readonly facts: CheckFacts }

  beforeAll(async () => {
    await using folder = await temporaryFolder()
    outcome = await check(createFolderStore(folder.path), situation)
  })

  test('the check says so, and no more than it saw', () => {
    const { checks } = outcome.report
    const differing = checks.filter(({ state }) => state !== 'ok').map(({ check, state }) => [check, state])
    expect(Object.fromEntries(differing)).toEqual(situation.states)
    if (situation.code !== undefined) expect(checks.map(({ code }) => code)).toContain(situation.code)
  })

  test('no secret is told', () => {
    for (const value of Object.values(env)) expect(JSON.stringify(outcome)).not.toContain(value)
  })
})

test('a check without a start changes nothing at the service, and one with starts at most every 15 minutes', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const index = situations.findIndex(({ mayStart, states }) => mayStart && states.auditing === 'failed')
  const starts = async () => (await simulator.get<{ calls: Record<string, number> }>('/sim/metrics')).calls.start ?? 0
  const before = await starts()
  await check(lake, { title: '', index, states: {} })
  expect(await starts()).toBe(before)
  const context = contextOf(lake, true)
  await checkTenant(tenantIdOf(index), context)
  await checkTenant(tenantIdOf(index), context)
  expect(await starts()).toBe(before + 1)
})

async function check(
  lake: ObjectStore,
  { index, credentials = ['env:CHECK_SECRET'], cloud = 'lab', mayStart = false }: Situation & { index: number },
) {
  const tenantId = tenantIdOf(index)
  await addTenant(lake, { tenantId, displayName: 'Contoso', cloud, clientId, credentials, tags: [] })
  await recordHistory(lake, tenantId, { kind: 'subscription-verified', at: start - 5 * hourMs, contentType: 'Audit.Exchange' })
  await writeLedgerEntry(lake, sealOf(index))
  return checkTenant(tenantId, contextOf(lake, mayStart))
}

function contextOf(fleetLake: ObjectStore, mayStart: boolean): CheckContext {
  const { origin, caFile } = simulator.announcement
  const lab = { loginHost: origin, apiRoot: origin, resource: origin }
  const clouds = { lab: { ...lab, caFile }, untrusted: lab }
  return { fleetLake, lakes: { open: async () => fleetLake }, fleet: { clouds, publisherId, clock: { now: () => start } }, mayStart }
}

function sealOf(index: number): LedgerEntry {
  const tenantId = tenantIdOf(index)
  const created = start - hourMs
  const objects = [{ key: rawKey('MailItemsAccessed', tenantId, '2024-03-14', 'one'), linesSha256: '', recordsSha256: '' }]
  const content = { id: 'one', uri: 'https://x/', created, expiration: start + hourMs, recordsSeen: 2, recordsKept: 1, bodySha256: null }
  return {
    tenantId,
    contentType: 'Audit.Exchange',
    start: created,
    end: created + 10 * minuteMs,
    entry: 'seal',
    writtenAt: start,
    listing: null,
    operations: ['MailItemsAccessed'],
    selectorVersion: '1',
    contents: [{ ...content, outcome: 'stored', objects }],
  }
}

function faulty(fault: string): object {
  return { initiallySubscribed: true, faults: [{ fault }] }
}
