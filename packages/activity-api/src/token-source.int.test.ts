import { constants, createHash, verify, X509Certificate } from 'node:crypto'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { createAppCertificate, createServerCertificate } from '../test/certificates.ts'
import { sendJson, startVendorService, type VendorService } from '../test/vendor-service.ts'
import { createActivityApi } from './activity-api.ts'
import type { ActivityApiOptions } from './activity-api-options.ts'

let service: VendorService
beforeEach(async () => {
  service = await startVendorService()
})
afterEach(async () => service[Symbol.asyncDispose]())

async function list(options: ActivityApiOptions = service.options) {
  await using api = createActivityApi(options)
  return await api.listSubscriptions()
}

describe('a token', () => {
  test('is asked for by secret, for the resource of the cloud, in the tenant', async () => {
    await list()
    const form = Object.fromEntries(new URLSearchParams(service.logins[0]?.body))
    expect(form).toMatchObject({
      grant_type: 'client_credentials',
      client_id: service.options.clientId,
      client_secret: 'correct horse battery',
      scope: expect.stringContaining('https://manage.example/.default'),
    })
    expect(service.logins[0]?.url.pathname).toContain(service.options.tenantId)
    expect(service.calls[0]?.authorization).toBe('Bearer token-1')
  })

  test('is asked for by certificate, with an assertion the certificate verifies', async () => {
    const { cert, key } = await createAppCertificate()
    await list({ ...service.options, credentials: [{ kind: 'certificate', certificatePem: `${key}\n${cert}` }] })
    const form = new URLSearchParams(service.logins[0]?.body)
    const [header = '', payload = '', signature = ''] = (form.get('client_assertion') ?? '').split('.')
    const certificate = new X509Certificate(cert)
    const pss = { key: certificate.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), pss, Buffer.from(signature, 'base64url'))).toBe(true)
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
      alg: 'PS256',
      'x5t#S256': createHash('sha256').update(certificate.raw).digest('base64url'),
    })
    expect(form.has('client_secret')).toBe(false)
  })

  test('is shared by calls at the same time, and kept for later ones', async () => {
    await using api = createActivityApi(service.options)
    await Promise.all(Array.from({ length: 8 }, () => api.listSubscriptions()))
    await api.listSubscriptions()
    expect(service.logins).toHaveLength(1)
  })

  test.each([
    { title: 'has minutes left is renewed', expiresIn: 240, logins: 2 },
    { title: 'has most of its time left is kept', expiresIn: 600, logins: 1 },
  ])('that $title', async ({ expiresIn, logins }) => {
    service.answers.login = (response) =>
      sendJson(response, { token_type: 'Bearer', expires_in: expiresIn, access_token: `token-${service.logins.length}` })
    await using api = createActivityApi(service.options)
    await api.listSubscriptions()
    await api.listSubscriptions()
    expect(service.logins).toHaveLength(logins)
    expect(service.calls.at(-1)?.authorization).toBe(`Bearer token-${logins}`)
  })

  test('is replaced once for all calls it was refused to, and each call is repeated once', async () => {
    service.answers.feed = (response, { authorization }) =>
      authorization === 'Bearer token-1'
        ? sendJson(response, { Message: 'Authorization has been denied.' }, { status: 401 })
        : sendJson(response, [])
    const login = service.answers.login
    // The second token takes until all four refusals have arrived.
    service.answers.login = (response, received) => void setTimeout(() => login(response, received), service.logins.length === 2 ? 200 : 0)
    await using api = createActivityApi(service.options)
    await Promise.all(Array.from({ length: 4 }, () => api.listSubscriptions()))
    expect(service.logins).toHaveLength(2)
    expect(service.calls).toHaveLength(8)
  })

  test('refused a second time is a missing consent, and not asked for a third time', async () => {
    service.answers.feed = (response) => sendJson(response, {}, { status: 401 })
    expect(await caught(list())).toMatchObject({ code: 'ACTIVITY_API_CONSENT_MISSING', status: 401, retry: { again: false } })
    expect([service.logins.length, service.calls.length]).toEqual([2, 2])
  })

  test('without the permission is not used again once consent may have been given', async () => {
    service.answers.feed = (response, { authorization }) =>
      authorization === 'Bearer token-1' ? sendJson(response, { error: { code: 'AF10001' } }, { status: 403 }) : sendJson(response, [])
    await using api = createActivityApi(service.options)
    expect(await caught(api.listSubscriptions())).toMatchObject({ code: 'ACTIVITY_API_CONSENT_MISSING', vendorCode: 'AF10001' })
    await api.listSubscriptions()
  })
})

describe('a login', () => {
  test('refused names the vendor code and never the secret, even if the service repeats it', async () => {
    service.answers.login = (response) =>
      sendJson(
        response,
        { error: 'invalid_client', error_description: 'AADSTS7000215: not correct horse battery', error_codes: [7000215] },
        { status: 401 },
      )
    const error = await caught(list())
    expect(error).toMatchObject({ code: 'ACTIVITY_API_LOGIN_FAILED', vendorCode: 'AADSTS7000215', operation: 'login', status: 401 })
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('correct horse')
    expect(service.calls).toEqual([])
  })

  test.each([
    { title: 'throttled', status: 429, body: '{}', code: 'ACTIVITY_API_THROTTLED' },
    { title: 'busy', status: 503, body: '', code: 'ACTIVITY_API_THROTTLED' },
    { title: 'behind a broken gateway', status: 502, body: '<html>', code: 'ACTIVITY_API_UNAVAILABLE' },
  ])('$title is repeated later', async ({ status, body, code }) => {
    service.answers.login = (response) => response.writeHead(status, { 'retry-after': '7' }).end(body)
    expect(await caught(list())).toMatchObject({ code, operation: 'login', retry: { again: true, afterMs: 7000 } })
    expect(service.logins).toHaveLength(1)
  })

  test('that was throttled is asked for again when the caller asks, and told as what it is each time', async () => {
    service.answers.login = (response) => sendJson(response, { error: 'x' }, { status: 429, 'retry-after': '7' })
    await using api = createActivityApi(service.options)
    for (let times = 0; times < 2; times += 1) {
      expect(await caught(api.listSubscriptions())).toMatchObject({ code: 'ACTIVITY_API_THROTTLED', retry: { afterMs: 7_000 } })
    }
    service.answers.login = (response) => sendJson(response, { token_type: 'Bearer', expires_in: 3599, access_token: 'token' })
    await api.listSubscriptions()
    expect(service.logins).toHaveLength(3)
  })

  test('for a tenant the token service does not know is refused with its code', async () => {
    service.answers.discovery = (response) =>
      sendJson(response, { error: 'invalid_tenant', error_description: 'AADSTS90002: Tenant not found.' }, { status: 400 })
    expect(await caught(list())).toMatchObject({ code: 'ACTIVITY_API_TENANT_UNKNOWN', vendorCode: 'AADSTS90002' })
  })

  test('is not sent where a discovery document leads away from the login host', async () => {
    await using foreign = await startVendorService()
    service.answers.discovery = (response) =>
      sendJson(response, {
        issuer: `${service.origin}/v2.0`,
        authorization_endpoint: `${foreign.origin}/authorize`,
        token_endpoint: `${foreign.origin}/token`,
        jwks_uri: `${foreign.origin}/keys`,
      })
    expect(await caught(list())).toMatchObject({ code: 'ACTIVITY_API_FOREIGN_HOST' })
    expect(foreign.logins).toEqual([])
  })

  test.each([
    { title: 'without PEM', pems: async () => ['not PEM'] },
    { title: 'without its key', pems: async () => [(await createAppCertificate()).cert] },
    { title: 'with the key of another', pems: async () => [(await createAppCertificate()).cert, (await createAppCertificate()).key] },
    { title: 'of another kind than RSA', pems: async () => Object.values(await createServerCertificate()) },
  ])('by a certificate $title fails before anything is sent', async ({ pems }) => {
    const certificatePem = (await pems()).join('\n')
    const error = await caught(list({ ...service.options, credentials: [{ kind: 'certificate', certificatePem }] }))
    expect(error).toMatchObject({ code: 'ACTIVITY_API_LOGIN_FAILED' })
    expect(service.logins).toEqual([])
  })

  test('of a caller who gives up does not take the token from the others', async () => {
    const held = Promise.withResolvers<void>()
    service.answers.login = (response) => void held.promise.then(() => sendJson(response, { expires_in: 3599, access_token: 'late' }))
    await using api = createActivityApi(service.options)
    const controller = new AbortController()
    const impatient = api.listSubscriptions({ signal: controller.signal })
    const patient = api.listSubscriptions()
    controller.abort(new Error('enough'))
    await expect(impatient).rejects.toThrow('enough')
    held.resolve()
    await patient
    expect(service.calls).toHaveLength(1)
  })
})

test.each([
  { title: 'without a token', answer: { token_type: 'Bearer', expires_in: 3599 } },
  { title: 'that is a list', answer: [] },
])('an answer of the token service $title is invalid, and asked for again later', async ({ answer }) => {
  service.answers.login = (response) => sendJson(response, answer)
  expect(await caught(list())).toMatchObject({ code: 'ACTIVITY_API_RESPONSE_INVALID', operation: 'login', retry: { again: true } })
})

test('a call cut short by the disposal of its client may be repeated', async () => {
  service.answers.login = () => {}
  const api = createActivityApi(service.options)
  const listing = caught(api.listSubscriptions())
  await api[Symbol.asyncDispose]()
  expect(await listing).toMatchObject({ code: 'ACTIVITY_API_UNAVAILABLE', retry: { again: true } })
})

describe('a cloud', () => {
  test('of our own has its login host, API root, resource and authorities where its fields say', async () => {
    await using login = await startVendorService()
    const authorities = await Promise.all([service, login].map(({ options }) => readFile(options.cloud.caFile ?? '', 'utf8')))
    await using folder = await mkdtempDisposable(join(tmpdir(), 'mailtrail-activity-api-'))
    const caFile = join(folder.path, 'both.pem')
    await writeFile(caFile, authorities.join('\n'))
    await list({
      ...service.options,
      cloud: { name: 'lab', loginHost: login.origin, apiRoot: service.origin, resource: 'https://other.example', caFile },
    })
    expect([login.logins.length, login.calls.length, service.logins.length, service.calls.length]).toEqual([1, 0, 0, 1])
    expect(new URLSearchParams(login.logins[0]?.body).get('scope')).toContain('https://other.example/.default')
  })

  test('whose authority is not trusted receives nothing', async () => {
    const { caFile: _, ...cloud } = service.options.cloud
    expect(await caught(list({ ...service.options, cloud }))).toMatchObject({ code: 'ACTIVITY_API_TLS_UNTRUSTED' })
    expect([service.logins, service.calls]).toEqual([[], []])
  })

  test('that cannot be reached is unavailable', async () => {
    const cloud = { ...service.options.cloud, loginHost: 'https://127.0.0.1:1' }
    expect(await caught(list({ ...service.options, cloud }))).toMatchObject({ code: 'ACTIVITY_API_UNAVAILABLE', retry: { again: true } })
  })
})
