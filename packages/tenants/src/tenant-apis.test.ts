import type { ActivityApi, RequestBudget } from '@mailtrail/activity-api'
import { MailtrailError, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { addTenant, updateTenant } from './registry.ts'
import type { Tenant } from './tenant.ts'
import { createTenantApis, type TenantApis, type TenantApisOptions } from './tenant-apis.ts'

// Nobody listens on port 1 of this machine, so a login gets no further than here.
const nowhere = { loginHost: 'https://127.0.0.1:1', apiRoot: 'https://127.0.0.1:1', resource: 'https://127.0.0.1:1' }
const publisherId = '33333333-2222-4333-8444-555555555555'
const fleet: TenantApisOptions = { publisherId, clouds: { lab: nowhere }, clock: { now: () => 0 }, requestsPerMinute: 2_000 }
const tenant: Tenant = {
  tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'),
  displayName: 'Contoso',
  cloud: 'lab',
  clientId: '22222222-3333-4444-8555-666666666666',
  credentials: ['env:TENANT_APIS_TEST_SECRET'],
  tags: [],
}
const other: Tenant = { ...tenant, tenantId: parseTenantId('99999999-2222-4333-8444-555555555555') }

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a tenant opened', () => {
  test('twice is the same feed; another tenant has another', async () => {
    await using place = await openPlace(tenant, other)
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
    const [one, again] = await Promise.all([place.apis.open(tenant.tenantId), place.apis.open(tenant.tenantId)])
    expect(again).toBe(one)
    expect(await place.apis.open(tenant.tenantId)).toBe(one)
    expect(await place.apis.open(other.tenantId)).not.toBe(one)
  })

  test('after a failure is opened anew, once what was missing is there', async () => {
    await using place = await openPlace()
    const failure = (code: string) => expect(place.apis.open(tenant.tenantId)).rejects.toMatchObject({ code })
    await failure('TENANT_UNKNOWN')
    await addTenant(place.lake, tenant)
    await failure('SECRET_UNAVAILABLE')
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
    expect(await place.apis.open(tenant.tenantId)).toHaveProperty('listContent')
  })

  test.each(['nowhere', 'World', 'constructor', 'toString'])('in the cloud %j is refused with the clouds there are', async (cloud) => {
    await using place = await openPlace({ ...tenant, cloud })
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
    const error = await place.apis.open(tenant.tenantId).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'CLOUD_UNKNOWN' })
    for (const name of [`"${cloud}"`, 'worldwide', 'gcc', 'gcc-high', 'dod', 'china', 'lab']) expect(error.message).toContain(name)
  })

  test.each(['worldwide', 'gcc', 'gcc-high', 'dod', 'china', 'lab'])('in the cloud %s connects to nothing yet', async (cloud) => {
    await using place = await openPlace({ ...tenant, cloud })
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
    expect(await place.apis.open(tenant.tenantId)).toHaveProperty('listContent')
  })
})

describe('a registration', () => {
  const minutes = (n: number): number => n * 60_000

  test('that was changed is noticed within ten minutes, and one that was not keeps its feed', async () => {
    let now = 0
    await using place = await openPlace(tenant)
    await using apis = createTenantApis(place.lake, { ...fleet, clock: { now: () => now } })
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
    const first = await apis.open(tenant.tenantId)
    now = minutes(10)
    expect(await apis.open(tenant.tenantId)).toBe(first)
    await updateTenant(place.lake, tenant.tenantId, (before) => ({ ...before, requestsPerMinute: 7 }))
    now = minutes(19)
    expect(await apis.open(tenant.tenantId)).toBe(first)
    now = minutes(20)
    const second = await apis.open(tenant.tenantId)
    expect(second).not.toBe(first)
    expect(await apis.open(tenant.tenantId)).toBe(second)
  })

  test('whose feed was replaced keeps it open for the calls under way, and closes it half an hour later', async () => {
    let now = 0
    await using place = await openPlace(tenant, other)
    await using apis = createTenantApis(place.lake, { ...fleet, clock: { now: () => now } })
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
    const replace = async (at: number): Promise<void> => {
      now = at
      await updateTenant(place.lake, tenant.tenantId, (before) => ({ ...before, requestsPerMinute: at + 1 }))
      await apis.open(tenant.tenantId)
    }
    const close = vi.spyOn(await apis.open(tenant.tenantId), Symbol.asyncDispose)
    await replace(minutes(10))
    await replace(minutes(39))
    expect(close).not.toHaveBeenCalled()
    await replace(minutes(49))
    expect(close).toHaveBeenCalledOnce()
  })

  test('that cannot be read is tried again, and its feed is still there', async () => {
    let now = 0
    let isDown = false
    await using place = await openPlace(tenant)
    const read: ObjectStore['read'] = (...args) => (isDown ? Promise.reject(new Error('down')) : place.lake.read(...args))
    await using apis = createTenantApis({ ...place.lake, read }, { ...fleet, clock: { now: () => now } })
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
    const first = await apis.open(tenant.tenantId)
    now = minutes(10)
    isDown = true
    await expect(apis.open(tenant.tenantId)).rejects.toThrow('down')
    isDown = false
    expect(await apis.open(tenant.tenantId)).toBe(first)
  })
})

describe('a credential', () => {
  test('with a PEM block is a certificate', async () => {
    await using place = await openPlace(tenant)
    vi.stubEnv('TENANT_APIS_TEST_SECRET', '-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----')
    const error = await login(await place.apis.open(tenant.tenantId))
    expect(error).toMatchObject({ code: 'ACTIVITY_API_LOGIN_FAILED', message: expect.stringContaining('not PEM of a certificate') })
    expect(String(error)).not.toContain('canary')
  })

  test('without is a secret, and is sent to its cloud alone', async () => {
    await using place = await openPlace(tenant)
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'canary')
    const error = await login(await place.apis.open(tenant.tenantId))
    expect(error).toMatchObject({ code: 'ACTIVITY_API_UNAVAILABLE' })
    expect(String(error)).not.toContain('canary')
  })
})

describe('a tenant without an app of its own', () => {
  const bare: Tenant = { tenantId: tenant.tenantId, displayName: 'Contoso', cloud: 'lab', credentials: [], tags: [] }

  test('is opened with the fleet’s', async () => {
    await using place = await openPlace(bare)
    vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
    await using apis = createTenantApis(place.lake, {
      ...fleet,
      app: { clientId: publisherId, credential: 'env:TENANT_APIS_TEST_SECRET' },
    })
    expect(await apis.open(bare.tenantId)).toHaveProperty('listContent')
  })

  test('where the fleet has none either, is not opened', async () => {
    await using place = await openPlace(bare)
    await expect(place.apis.open(bare.tenantId)).rejects.toMatchObject({
      code: 'TENANT_APP_MISSING',
      message: expect.stringContaining(bare.tenantId),
    })
  })
})

test.each([
  { title: 'the new', missing: 'NEW' },
  { title: 'the old', missing: 'OLD' },
])('of two credentials one is enough: $title may be missing', async ({ missing }) => {
  await using place = await openPlace({ ...tenant, credentials: ['env:TENANT_APIS_TEST_NEW', 'env:TENANT_APIS_TEST_OLD'] })
  for (const name of ['NEW', 'OLD']) vi.stubEnv(`TENANT_APIS_TEST_${name}`, name === missing ? '' : 'secret')
  expect(await place.apis.open(tenant.tenantId)).toHaveProperty('listContent')
})

test.each([
  { title: 'the fleet’s', own: undefined, expected: 2_000 },
  { title: 'its own', own: 300, expected: 300 },
])('a tenant’s requests are bounded by $title number', async ({ own, expected }) => {
  await using place = await openPlace({ ...tenant, requestsPerMinute: own })
  vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
  const asked: unknown[] = []
  const of = (...args: unknown[]): RequestBudget => {
    asked.push(args)
    return { take: async () => {}, throttled: async () => {} }
  }
  await using apis = createTenantApis(place.lake, { ...fleet, budgets: { of } })
  await apis.open(tenant.tenantId)
  expect(asked).toEqual([[tenant.tenantId, expected]])
})

test.each([
  { code: 'ACTIVITY_API_LOGIN_FAILED', isAnew: true },
  { code: 'ACTIVITY_API_CONSENT_MISSING', isAnew: true },
  { code: 'ACTIVITY_API_THROTTLED', isAnew: false },
])('after $code a tenant is opened with what is registered by then: $isAnew', async ({ code, isAnew }) => {
  await using place = await openPlace(tenant)
  vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
  const before = await place.apis.open(tenant.tenantId)
  await updateTenant(place.lake, tenant.tenantId, (known) => ({ ...known, cloud: 'gcc' }))
  place.apis.noteFailure(tenant.tenantId, new MailtrailError(code, 'Refused.'))
  expect((await place.apis.open(tenant.tenantId)) !== before).toBe(isAnew)
})

test('what was opened is closed with the whole, failures aside', async () => {
  await using place = await openPlace(tenant)
  vi.stubEnv('TENANT_APIS_TEST_SECRET', 'secret')
  const api = await place.apis.open(tenant.tenantId)
  const close = vi.spyOn(api, Symbol.asyncDispose)
  await expect(place.apis.open(other.tenantId)).rejects.toMatchObject({ code: 'TENANT_UNKNOWN' })
  await place.apis[Symbol.asyncDispose]()
  expect(close).toHaveBeenCalledOnce()
})

interface Place extends AsyncDisposable {
  readonly lake: ObjectStore
  readonly apis: TenantApis
}

async function openPlace(...tenants: readonly Tenant[]): Promise<Place> {
  await using resources = new AsyncDisposableStack()
  const lake = createFolderStore(resources.use(await temporaryFolder()).path)
  for (const each of tenants) await addTenant(lake, each)
  const apis = resources.use(createTenantApis(lake, fleet))
  const kept = resources.move()
  return { lake, apis, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

async function login(api: ActivityApi): Promise<unknown> {
  return api.listSubscriptions().catch((error: unknown) => error)
}
