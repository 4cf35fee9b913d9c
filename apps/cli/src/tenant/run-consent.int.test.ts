import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startSimulator, type TestSimulator, temporaryFolder } from '@mailtrail/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { runCommandLine } from '../run-command-line.ts'

const tenantId = '11111111-2222-4333-8444-555555555555'
const clientId = '22222222-3333-4444-8555-666666666666'
const settings = { app: { clientId, credential: 'env:CLI_APP_SECRET' }, masterKey: 'env:CLI_MASTER_KEY' }

const opened = new AsyncDisposableStack()
let simulator: TestSimulator
let data: string
let talk: string

beforeAll(async () => {
  const tenant = { tenantId, clientId, clientSecret: 'correct horse battery', displayName: 'x', contents: [] }
  simulator = opened.use(await startSimulator({ scenario: { start: new Date().toISOString(), tenants: [tenant] } }))
})
afterAll(() => opened.disposeAsync())

beforeEach(async () => {
  const place = await temporaryFolder()
  await configure(place.path, settings)
  vi.stubEnv('MAILTRAIL_LAKE', `file:${join(place.path, 'lake')}`)
  vi.stubEnv('CLI_APP_SECRET', 'correct horse battery')
  vi.stubEnv('CLI_MASTER_KEY', Buffer.alloc(32, 5).toString('base64'))
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk: unknown) => {
    data += String(chunk)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk: unknown) => {
    talk += String(chunk)
    return true
  })
  return () => place[Symbol.asyncDispose]()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

test('a link that an administrator answers registers the tenant, once', async () => {
  expect(await run('tenant', 'consent-link', '--tenant', tenantId, '--cloud', 'lab')).toBe(0)
  const link = new URL(data.trim())
  expect(link.pathname).toBe(`/${tenantId}/v2.0/adminconsent`)
  const answer = answerTo(link)
  expect(await run('tenant', 'consent-accept', answer, '--name', 'Contoso'), talk).toBe(0)
  expect(await run('tenant', 'show', tenantId, '--json')).toBe(0)
  expect(JSON.parse(data)).toMatchObject({ tenantId, displayName: 'Contoso', cloud: 'lab' })
  expect(await run('tenant', 'consent-accept', answer, '--name', 'Contoso')).toBe(4)
  expect(talk).toContain('[CONSENT_STATE_USED]')
})

test('without a name the tenant is proved, and the line that registers it is told', async () => {
  await run('tenant', 'consent-link', '--cloud', 'lab', '--json')
  const { url } = JSON.parse(data)
  expect(await run('tenant', 'consent-accept', answerTo(new URL(url)))).toBe(0)
  expect(talk).toContain(`mailtrail tenant add --tenant ${tenantId} --cloud lab --name`)
  await run('tenant', 'list', '--json')
  expect(JSON.parse(data)).toEqual([])
})

test('a refusal ends with 4, names its code, and repeats nothing of its text', async () => {
  await run('tenant', 'consent-link', '--cloud', 'lab')
  const answer = new URL(answerTo(new URL(data.trim())))
  answer.searchParams.set('error', 'consent_required')
  answer.searchParams.set('error_description', 'AADSTS65004: canary declined')
  expect(await run('tenant', 'consent-accept', answer.href)).toBe(4)
  expect(talk).toContain('AADSTS65004')
  expect(talk).not.toContain('canary')
})

test.each([
  { title: 'no app', config: { masterKey: settings.masterKey }, args: ['consent-link', '--cloud', 'lab'], says: 'CONSENT_APP_MISSING' },
  { title: 'no master key', config: { app: settings.app }, args: ['consent-link', '--cloud', 'lab'], says: 'MASTER_KEY_INVALID' },
  { title: 'an unknown cloud', config: settings, args: ['consent-link', '--cloud', 'nowhere'], says: 'CLOUD_UNKNOWN' },
  {
    title: 'an address that is no answer',
    config: settings,
    args: ['consent-accept', 'http://localhost:8420/consent'],
    says: 'CONSENT_ANSWER_INVALID',
  },
  { title: 'an app without its credential', config: settings, args: ['consent-accept', 'x', '--client-id', clientId], says: 'go together' },
])('$title is a usage error', async ({ config, args, says }) => {
  await using folder = await temporaryFolder()
  await configure(folder.path, config)
  expect(await run('tenant', ...args)).toBe(2)
  expect(talk).toContain(says)
})

async function run(...argv: string[]): Promise<number> {
  data = ''
  talk = ''
  return runCommandLine(argv)
}

async function configure(folder: string, config: object): Promise<void> {
  const { origin, caFile } = simulator.announcement
  const lab = { loginHost: origin, apiRoot: origin, resource: origin, caFile }
  await writeFile(join(folder, 'mailtrail.yaml'), JSON.stringify({ ...config, clouds: { lab } }))
  vi.stubEnv('MAILTRAIL_CONFIG', join(folder, 'mailtrail.yaml'))
}

/** What the browser of the tenant's administrator ends on. */
function answerTo(link: URL): string {
  const answer = { admin_consent: 'True', tenant: tenantId, state: link.searchParams.get('state') ?? '' }
  return `${link.searchParams.get('redirect_uri')}?${new URLSearchParams(answer)}`
}
