import { hourMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { startSimulator, type TestSimulator, temporaryFolder } from '@mailtrail/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acceptConsent, type ConsentContext } from './consent-accept.ts'
import { consentLink } from './consent-link.ts'
import { cloudOf } from './tenant-apis.ts'

const start = Date.parse('2024-03-14T12:00:00Z')
const clientId = '22222222-3333-4444-8555-666666666666'
const consented = parseTenantId('11111111-2222-4333-8444-000000000001')
const spreading = parseTenantId('11111111-2222-4333-8444-000000000002')
const declined = parseTenantId('11111111-2222-4333-8444-000000000003')
const unknown = parseTenantId('11111111-2222-4333-8444-000000000009')
const env = { CONSENT_SECRET: 'correct horse battery', CONSENT_KEY: Buffer.alloc(32, 7).toString('base64') }
const masterKey = Buffer.from(env.CONSENT_KEY, 'base64')
const app = { clientId, credential: 'env:CONSENT_SECRET' }

const opened = new AsyncDisposableStack()
let simulator: TestSimulator
let lake: ObjectStore

beforeAll(async () => {
  const tenant = { clientId, clientSecret: env.CONSENT_SECRET, displayName: 'x', contents: [] }
  const tenants = [
    { ...tenant, tenantId: consented },
    { ...tenant, tenantId: spreading, faults: [{ fault: 'token-without-role', times: 1 }] },
    { ...tenant, tenantId: declined, faults: [{ fault: 'token-app-unknown' }] },
  ]
  simulator = opened.use(await startSimulator({ scenario: { start: new Date(start).toISOString(), tenants } }))
  lake = createFolderStore(opened.use(await temporaryFolder()).path)
  Object.assign(process.env, env)
})
afterAll(async () => {
  for (const name of Object.keys(env)) delete process.env[name]
  await opened.disposeAsync()
})

test('an answer is accepted once, by a token of the tenant', async () => {
  const address = answerOf({ tenantId: consented })
  expect(await acceptConsent(address, contextOf())).toEqual({ tenantId: consented, cloud: 'lab', clientId })
  await expect(acceptConsent(address, contextOf())).rejects.toMatchObject({ code: 'CONSENT_STATE_USED' })
})

test('an answer before the consent has spread is accepted when it is given again', async () => {
  const address = answerOf({ tenantId: spreading })
  await expect(acceptConsent(address, contextOf())).rejects.toMatchObject({ code: 'CONSENT_UNPROVEN' })
  expect(await acceptConsent(address, contextOf())).toMatchObject({ tenantId: spreading })
})

test.each([
  { title: 'of a tenant that did not consent', link: { tenantId: declined }, code: 'ACTIVITY_API_CONSENT_MISSING' },
  { title: 'that names another tenant than the link', link: { tenantId: consented }, tenant: spreading, code: 'CONSENT_STATE_INVALID' },
  { title: 'that names a tenant the cloud does not have', link: {}, tenant: unknown, code: /ACTIVITY_API_(TENANT_UNKNOWN|LOGIN_FAILED)/ },
  { title: 'to a link of another app', link: { tenantId: consented, clientId: unknown }, code: 'CONSENT_STATE_INVALID' },
  { title: 'after a day', link: { tenantId: consented }, after: 24 * hourMs, code: 'CONSENT_STATE_EXPIRED' },
  { title: 'without a state of ours', link: { tenantId: consented }, state: 'x', code: 'CONSENT_STATE_INVALID' },
  { title: 'that is a refusal', link: { tenantId: consented }, extra: '&error=consent_required', code: 'CONSENT_REFUSED' },
])('an answer $title saves nothing', async ({ link, tenant, state, extra = '', after = 0, code }) => {
  const before = await Array.fromAsync(lake.list(''))
  const accept = acceptConsent(`${answerOf(link, tenant, state)}${extra}`, contextOf(after))
  await expect(accept).rejects.toMatchObject({ code: typeof code === 'string' ? code : expect.stringMatching(code) })
  expect(await Array.fromAsync(lake.list(''))).toEqual(before)
})

interface Link {
  readonly tenantId?: typeof consented
  readonly clientId?: string
}

/** What the browser of an administrator of `tenant` ends on. */
function answerOf(link: Link, tenant = link.tenantId, state?: string): string {
  const { clouds } = contextOf().fleet
  const options = { redirectUri: 'http://localhost:8420/consent', masterKey, now: start }
  const url = consentLink(cloudOf('lab', clouds), { clientId, ...link }, options)
  const answer = { admin_consent: 'True', tenant: tenant ?? '', state: state ?? url.searchParams.get('state') ?? '' }
  return `${url.searchParams.get('redirect_uri')}?${new URLSearchParams(answer)}`
}

function contextOf(after = 0): ConsentContext {
  const { origin, caFile } = simulator.announcement
  const clouds = { lab: { loginHost: origin, apiRoot: origin, resource: origin, caFile } }
  return { fleetLake: lake, app, fleet: { clouds, masterKey: 'env:CONSENT_KEY', clock: { now: () => start + after } } }
}
