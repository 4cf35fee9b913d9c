import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { createAppCertificate, createServerCertificate, type PemPair } from '../test/certificates.ts'
import { accessToken, sendJson, startVendorService, tenantId, type VendorService } from '../test/vendor-service.ts'
import { createActivityApi } from './activity-api.ts'
import type { Credential } from './activity-api-options.ts'
import { certificateExpiry } from './app-certificate.ts'

const expiry = Date.UTC(2031, 4, 6, 7, 8, 9)
const old: Credential = { kind: 'secret', clientSecret: 'old secret' }
const next: Credential = { kind: 'secret', clientSecret: 'next secret' }

let pair: PemPair
let certificate: Credential
beforeAll(async () => {
  pair = await createAppCertificate(new Date(expiry))
  certificate = { kind: 'certificate', certificatePem: `${pair.cert}\n${pair.key}` }
})

let service: VendorService
beforeEach(async () => {
  service = await startVendorService()
})
afterEach(async () => service[Symbol.asyncDispose]())

const kindOf = (body: string) => new URLSearchParams(body).get('client_secret') ?? 'certificate'
const tried = () => service.logins.map(({ body }) => kindOf(body))
const open = (...credentials: [Credential, ...Credential[]]) => createActivityApi({ ...service.options, credentials })

/** Refuses these credentials by this code, and grants a token for the others. */
function refuse(kinds: readonly string[], code: number, { error = 'invalid_client', status = 401 } = {}) {
  service.answers.login = (response, { body }) =>
    kinds.includes(kindOf(body))
      ? sendJson(response, { error, error_codes: [code], error_description: `AADSTS${code}: ${kindOf(body)}` }, { status })
      : sendJson(response, { token_type: 'Bearer', expires_in: 3599, access_token: `token-${service.logins.length}` })
}

describe('of several credentials', () => {
  test('the certificate is tried first, wherever it stands', async () => {
    await using api = open(old, certificate, next)
    await api.listSubscriptions()
    expect(tried()).toEqual(['certificate'])
  })

  test.each([7000215, 7000222, 700027, 7000214])('the next is tried when one is refused by AADSTS%i', async (code) => {
    refuse(['certificate', 'old secret'], code)
    await using api = open(old, next, certificate)
    await api.listSubscriptions()
    expect(tried()).toEqual(['certificate', 'old secret', 'next secret'])
  })

  test('the next is tried when one cannot be used at all', async () => {
    await using api = open({ kind: 'certificate', certificatePem: 'not PEM' }, old)
    await api.listSubscriptions()
    expect(tried()).toEqual(['old secret'])
  })

  test('the one that was taken is asked for from then on, and another once it is refused', async () => {
    refuse(['old secret'], 7000222)
    await using api = open(old, next)
    await api.listSubscriptions()
    const renew = () => caught(api.describeAccess())
    await renew()
    refuse(['next secret'], 7000222)
    await renew()
    await renew()
    expect(tried()).toEqual(['old secret', 'next secret', 'next secret', 'next secret', 'old secret', 'old secret'])
  })

  test.each([
    { title: 'consent is missing', code: 7000229, error: 'invalid_client', status: 401, word: 'ACTIVITY_API_CONSENT_MISSING' },
    { title: 'a policy keeps the app out', code: 53003, error: 'access_denied', status: 400, word: 'ACTIVITY_API_ACCESS_BLOCKED' },
    { title: 'the tenant is unknown', code: 90002, error: 'invalid_request', status: 400, word: 'ACTIVITY_API_TENANT_UNKNOWN' },
    { title: 'the token service is busy', code: 90055, error: 'temporarily_unavailable', status: 429, word: 'ACTIVITY_API_THROTTLED' },
  ])('no other is tried when $title', async ({ code, error, status, word }) => {
    refuse(['old secret'], code, { error, status })
    await using api = open(old, next)
    expect(await caught(api.listSubscriptions())).toMatchObject({ code: word, vendorCode: `AADSTS${code}` })
    expect(tried()).toEqual(['old secret'])
  })

  test('none of which is taken, the first refusal is told, with the reasons of the others and no secret', async () => {
    refuse(['certificate', 'old secret'], 7000222)
    await using api = open(old, certificate, { kind: 'certificate', certificatePem: 'not PEM' })
    const error = await caught(api.listSubscriptions())
    expect(error).toMatchObject({ code: 'ACTIVITY_API_LOGIN_FAILED', vendorCode: 'AADSTS7000222', status: 401, retry: { again: false } })
    expect(error.message).toContain('None of 3 credentials was taken; the others failed by PEM that cannot be used, AADSTS7000222.')
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain('old secret')
  })
})

describe('access', () => {
  const claims = { tid: tenantId, aud: 'https://manage.example', roles: ['ActivityFeed.Read'], exp: 1_900_000_000 }
  const grant = (changed: object) => {
    service.answers.login = (response, { body }) =>
      kindOf(body) === 'old secret'
        ? sendJson(response, { error: 'invalid_client', error_codes: [7000222] }, { status: 401 })
        : sendJson(response, { token_type: 'Bearer', expires_in: 3599, access_token: accessToken({ ...claims, ...changed }) })
  }

  test('is told as a new token says, with the credential that was taken', async () => {
    grant({})
    await using api = open(old, next)
    await api.listSubscriptions()
    grant({ roles: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'] })
    expect(await api.describeAccess()).toEqual({
      tenantId,
      audience: 'https://manage.example',
      roles: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
      expiresAt: 1_900_000_000_000,
      credential: 1,
    })
    expect(service.calls).toHaveLength(1)
  })

  test.each([
    {
      title: 'another tenant',
      change: { tid: '99999999-2222-4333-8444-555555555555' },
      told: { tenantId: expect.stringMatching(/^9{8}/) },
    },
    { title: 'no permission', change: { roles: undefined }, told: { roles: [] } },
    { title: 'another API', change: { aud: 'https://graph.example' }, told: { audience: 'https://graph.example' } },
  ])('to $title is told, and no error', async ({ change, told }) => {
    grant(change)
    await using api = open(next)
    expect(await api.describeAccess()).toMatchObject(told)
  })

  test.each([
    { title: 'no token of claims', token: 'opaque' },
    { title: 'no tenant', token: accessToken({ ...claims, tid: undefined }) },
    { title: 'a tenant that is no GUID', token: accessToken({ ...claims, tid: 'canary' }) },
    { title: 'a list in place of claims', token: accessToken([]) },
  ])('by $title is an invalid answer', async ({ token }) => {
    service.answers.login = (response) => sendJson(response, { token_type: 'Bearer', expires_in: 3599, access_token: token })
    await using api = open(next)
    const error = await caught(api.describeAccess())
    expect(error).toMatchObject({ code: 'ACTIVITY_API_RESPONSE_INVALID', operation: 'login' })
    expect(error.message).not.toContain('canary')
  })
})

describe(certificateExpiry, () => {
  test('is when the certificate ends, whatever else lies beside it', async () => {
    const authority = await createServerCertificate()
    const chain: Credential = { kind: 'certificate', certificatePem: [authority.cert, pair.key, pair.cert].join('\n') }
    expect([certificate, chain].map(certificateExpiry)).toEqual([expiry, expiry])
  })

  test('is not there for a secret, nor for PEM that cannot be used', async () => {
    const keyless: Credential = { kind: 'certificate', certificatePem: pair.cert }
    expect([old, keyless].map(certificateExpiry)).toEqual([undefined, undefined])
  })
})
