import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { loadConfig, loadFleetSettings, loadHorizonMs, loadLakeSettings, loadTenantSettings } from './config.ts'
import type { Config } from './config-schema.ts'

const env = {
  MAILTRAIL_REDIS_URL: 'redis://127.0.0.1:6379',
  MAILTRAIL_LAKE: 'file:/env',
  MAILTRAIL_PUBLISHER_ID: '11111111-2222-4333-8444-555555555555',
}

test('the horizon is read by itself', () => {
  expect([loadHorizonMs({}), loadHorizonMs({ MAILTRAIL_HORIZON_HOURS: '24' })]).toEqual([72 * 3_600_000, 24 * 3_600_000])
})

describe(loadConfig, () => {
  test('has defaults for what nobody sets', () => {
    expect(loadConfig({}, env)).toEqual({
      redisUrl: env.MAILTRAIL_REDIS_URL,
      lake: env.MAILTRAIL_LAKE,
      compression: 'gzip',
      retention: {},
      lakes: {},
      publisherId: env.MAILTRAIL_PUBLISHER_ID,
      requestsPerMinute: 2_000,
      horizonHours: 72,
      routes: { 'Audit.Exchange': ['MailItemsAccessed'] },
      clouds: {},
      destinations: [],
      logLevel: 'info',
      jobLockMs: 30_000,
      insecureRedis: false,
      drainSeconds: 25,
      turnsAtOnce: 4,
    })
  })

  test.each([
    { title: 'a flag over all', flag: 'file:/flag', variable: 'file:/env', yaml: 'file:/yaml', lake: 'file:/flag' },
    { title: 'a variable over the file', flag: undefined, variable: 'file:/env', yaml: 'file:/yaml', lake: 'file:/env' },
    { title: 'the file where there is nothing else', flag: undefined, variable: undefined, yaml: 'file:/yaml', lake: 'file:/yaml' },
  ])('takes $title', async ({ flag, variable, yaml, lake }) => {
    await using file = await yamlFile(`lake: ${yaml}\n`)
    const { MAILTRAIL_LAKE: _, ...rest } = env
    const set = { ...rest, ...(variable && { MAILTRAIL_LAKE: variable }) }
    expect(loadConfig({ lake: flag }, set, file.path).lake).toBe(lake)
    expect(loadLakeSettings(flag, set, file.path)).toEqual({ lake, lakes: {} })
  })

  test.each([
    { name: 'MAILTRAIL_REDIS_URL', value: 'rediss://redis.example:6380', key: 'redisUrl', expected: 'rediss://redis.example:6380' },
    { name: 'MAILTRAIL_REDIS_URL', value: 'redis+cluster://a:1,b:2', key: 'redisUrl', expected: 'redis+cluster://a:1,b:2' },
    { name: 'MAILTRAIL_REDIS_CA_FILE', value: '/ca.pem', key: 'redisCaFile', expected: '/ca.pem' },
    { name: 'MAILTRAIL_REDIS_PASSWORD', value: 'file:/run/redis', key: 'redisPassword', expected: 'file:/run/redis' },
    { name: 'MAILTRAIL_REDIS_SENTINEL_PASSWORD', value: 'env:X', key: 'redisSentinelPassword', expected: 'env:X' },
    { name: 'MAILTRAIL_LOG_LEVEL', value: 'debug', key: 'logLevel', expected: 'debug' },
    { name: 'MAILTRAIL_JOB_LOCK_MS', value: '500', key: 'jobLockMs', expected: 500 },
    { name: 'MAILTRAIL_HORIZON_HOURS', value: '120', key: 'horizonHours', expected: 120 },
    { name: 'MAILTRAIL_HEALTH_ADDRESS', value: ':8421', key: 'healthAddress', expected: ':8421' },
    { name: 'MAILTRAIL_DRAIN_SECONDS', value: '50', key: 'drainSeconds', expected: 50 },
    { name: 'MAILTRAIL_TURNS_AT_ONCE', value: '16', key: 'turnsAtOnce', expected: 16 },
  ] satisfies { name: string; value: string; key: keyof Config; expected: unknown }[])('reads $name', ({ name, value, key, expected }) => {
    expect(loadConfig({}, { ...env, [name]: value })[key]).toBe(expected)
  })

  test('reads the file that MAILTRAIL_CONFIG names', async () => {
    await using file = await yamlFile(`
clouds:
  lab: { loginHost: "https://127.0.0.1:8443", apiRoot: "https://127.0.0.1:8443", resource: "https://127.0.0.1:8443", caFile: /ca.pem }
destinations:
  - { name: siem-1, url: "https://siem.example/hook", secret: "env:SIEM_SECRET" }
app: { clientId: 22222222-3333-4444-8555-666666666666, credential: "azure-kv:vault/app" }
masterKey: file:/run/master.key
requestsPerMinute: 500
routes: { Audit.Exchange: [Send, Send], Audit.AzureActiveDirectory: [UserLoggedIn] }
lakes: { "s3://acme/fleet": { region: eu-central-1, tags: { team: soc } }, "abfss://a@b": { endpoint: "https://b", sas: env:SAS, accessTier: Cool } }
logLevel: warn
`)
    const config = loadConfig({}, { ...env, MAILTRAIL_CONFIG: file.path })
    expect(config.clouds.lab?.caFile).toBe('/ca.pem')
    expect(config.destinations).toEqual([{ name: 'siem-1', url: 'https://siem.example/hook', secret: 'env:SIEM_SECRET' }])
    expect(config.app).toEqual({ clientId: '22222222-3333-4444-8555-666666666666', credential: 'azure-kv:vault/app' })
    expect([config.masterKey, config.requestsPerMinute]).toEqual(['file:/run/master.key', 500])
    expect(config.logLevel).toBe('warn')
    expect(config.lakes).toEqual({
      's3://acme/fleet': { region: 'eu-central-1', tags: { team: 'soc' } },
      'abfss://a@b': { endpoint: 'https://b', sas: 'env:SAS', accessTier: 'Cool' },
    })
    expect(loadTenantSettings({ MAILTRAIL_CONFIG: file.path })).toMatchObject({ app: config.app, routes: config.routes })
  })

  test('MailItemsAccessed is kept, whatever else is', async () => {
    await using file = await yamlFile('routes: { Audit.Exchange: [Send, Send], Audit.AzureActiveDirectory: [UserLoggedIn] }')
    expect(loadConfig({}, env, file.path).routes).toEqual({
      'Audit.Exchange': ['MailItemsAccessed', 'Send'],
      'Audit.AzureActiveDirectory': ['UserLoggedIn'],
    })
  })

  test('an empty file sets nothing', async () => {
    await using file = await yamlFile('# nothing yet\n')
    expect(loadConfig({}, env, file.path)).toEqual(loadConfig({}, env))
  })

  test('lists every fault at once, with the variables that set them', () => {
    const message = faultsOf({}, { MAILTRAIL_REDIS_URL: 'http://:canary@x', MAILTRAIL_LOG_LEVEL: 'loud', MAILTRAIL_JOB_LOCK_MS: '10' })
    expect(message).toContain('5 faults')
    for (const name of ['REDIS_URL', 'LAKE', 'PUBLISHER_ID', 'LOG_LEVEL', 'JOB_LOCK_MS']) expect(message).toContain(`(MAILTRAIL_${name})`)
    expect(message).not.toContain('canary')
  })

  test.each([
    { title: 'an unknown key', yaml: 'lakess: file:/x', parts: ['"lakess"'] },
    { title: 'settings of a lake of no kind', yaml: 'lakes: { "file:/x": {} }', parts: ['lakes.file:/x: must be the beginning', 's3://…'] },
    { title: 'an unknown setting of a lake', yaml: 'lakes: { "s3://a": { regoin: x } }', parts: ['lakes.s3://a: ', '"regoin"'] },
    {
      title: 'a tier of Azure whose objects cannot be read at once, and two credentials',
      yaml: 'lakes: { "abfss://a@b": { accessTier: Archive }, "abfss://a@c": { accountKey: env:KEY, sas: env:SAS } }',
      parts: ['lakes.abfss://a@b.accessTier: ', 'lakes.abfss://a@c.accountKey: or sas: not both'],
    },
    {
      title: 'a key of Azure that stands there',
      yaml: 'lakes: { "abfss://a@b": { accountKey: canary } }',
      parts: ['lakes.abfss://a@b.accountKey: must be a reference'],
    },
    {
      title: 'a setting of another kind of lake',
      yaml: 'lakes: { "abfss://a@b": { region: x } }',
      parts: ['lakes.abfss://a@b: ', '"region"'],
    },
    {
      title: 'a lake with half a credential',
      yaml: 'lakes: { "s3://a": { accessKeyId: x } }',
      parts: ['lakes.s3://a.accessKeyId: and secretAccessKey go together'],
    },
    {
      title: 'a lake whose key stands there',
      yaml: 'lakes: { "s3://a": { accessKeyId: x, secretAccessKey: canary } }',
      parts: ['lakes.s3://a.secretAccessKey: must be a reference'],
    },
    { title: 'an unknown key of a cloud', yaml: 'clouds: { lab: { api: x } }', parts: ['clouds.lab', '"api"', 'clouds.lab.loginHost'] },
    {
      title: 'a cloud without TLS',
      yaml: 'clouds: { lab: { loginHost: "http://x" } }',
      parts: ['clouds.lab.loginHost: must be an https address'],
    },
    {
      title: 'a secret that is no reference',
      yaml: 'destinations: [{ name: siem, url: "https://x", secret: canary }]',
      parts: ['destinations.0.secret: must be a reference'],
    },
    { title: 'a content type there is none of', yaml: 'routes: { Audit.Exchanges: [Send] }', parts: ['routes', 'Audit.Exchanges'] },
    { title: 'a route that keeps nothing', yaml: 'routes: { Audit.General: [] }', parts: ['routes.Audit.General: must name an operation'] },
    {
      title: 'an app whose credential is the secret',
      yaml: 'app: { clientId: x, credential: canary }',
      parts: ['app.clientId: must be a GUID', 'app.credential: must be a reference'],
    },
    {
      title: 'a password of Redis that stands there',
      yaml: 'redisPassword: canary',
      parts: ['redisPassword', 'must be env:NAME or file:PATH'],
    },
    { title: 'a master key that stands there', yaml: 'masterKey: canary', parts: ['masterKey: must be env:NAME or file:PATH'] },
    { title: 'a horizon beyond what is listed again', yaml: 'horizonHours: 121', parts: ['horizonHours', '120'] },
    { title: 'no request', yaml: 'requestsPerMinute: 0', parts: ['requestsPerMinute'] },
    {
      title: 'a destination that makes no key',
      yaml: 'destinations: [{ name: ../x, url: "https://x", secret: env:X }]',
      parts: ['destinations.0.name'],
    },
  ])('refuses $title', async ({ yaml, parts }) => {
    await using file = await yamlFile(yaml)
    const message = faultsOf({}, env, file.path)
    for (const part of parts) expect(message).toContain(part)
    expect(message).not.toContain('canary')
  })

  test.each([
    { title: 'is not YAML', yaml: 'lake: [canary' },
    { title: 'is a list', yaml: '- lake' },
    { title: 'is a text', yaml: 'canary' },
    { title: 'names a key twice', yaml: 'lake: a\nlake: canary\n' },
  ])('refuses a file that $title, names it, and repeats nothing of it', async ({ yaml }) => {
    await using file = await yamlFile(yaml)
    const message = faultsOf({}, env, file.path)
    expect(message).toMatch(/cannot be read: .*\w/)
    expect(message).toContain(file.path)
    expect(message).not.toContain('canary')
  })

  test('refuses a file that is missing', () => {
    expect(faultsOf({}, env, '/nowhere/mailtrail.yaml')).toContain('/nowhere/mailtrail.yaml')
  })
})

test('the location of the lake needs nothing else, and says what is missing', () => {
  expect(loadLakeSettings('file:/flag', {}).lake).toBe('file:/flag')
  expect(() => loadLakeSettings(undefined, {})).toThrow('(MAILTRAIL_LAKE)')
})

test('the settings of tenants need nothing else', () => {
  expect(loadTenantSettings({})).toMatchObject({ routes: { 'Audit.Exchange': ['MailItemsAccessed'] }, clouds: {}, destinations: [] })
})

function faultsOf(...input: Parameters<typeof loadConfig>): string {
  try {
    loadConfig(...input)
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    return error instanceof Error ? error.message : ''
  }
  throw new Error('The configuration was taken.')
}

async function yamlFile(text: string): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'mailtrail.yaml')
  await writeFile(path, text)
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

describe(loadFleetSettings, () => {
  test('takes what there is, and nothing is missing where nothing is set', () => {
    const { MAILTRAIL_LAKE: _, ...set } = env
    expect(loadFleetSettings({})).toEqual({ insecureRedis: false })
    expect(loadFleetSettings(set)).toEqual({
      publisherId: env.MAILTRAIL_PUBLISHER_ID,
      redisUrl: env.MAILTRAIL_REDIS_URL,
      insecureRedis: false,
    })
  })

  test('refuses what is set and wrong', () => {
    expect(() => loadFleetSettings({ MAILTRAIL_PUBLISHER_ID: 'me' })).toThrow(/publisherId \(MAILTRAIL_PUBLISHER_ID\): must be a GUID/)
  })
})
