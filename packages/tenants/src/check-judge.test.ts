import type { Access } from '@mailtrail/activity-api'
import { dayMs, hourMs, parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { endingCertificates } from './check-credentials.ts'
import type { Attempt, CheckFacts, CheckFailure, CredentialFact } from './check-facts.ts'
import { judgeCheck } from './check-judge.ts'
import { type CheckName, type CheckState, needsAttention, worstState } from './check-report.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const at = Date.parse('2024-03-14T12:00:00Z')
const access: Access = {
  tenantId,
  roles: ['ActivityFeed.Read'],
  audience: 'https://manage.office.com',
  expiresAt: at + hourMs,
  credential: 0,
}
const certificate: CredentialFact = { reference: 'file', kind: 'certificate', expiresAt: at + 300 * dayMs, signIn: { value: access } }
const secret: CredentialFact = { reference: 'env', kind: 'secret', signIn: { value: access } }

const healthy: CheckFacts = {
  tenantId,
  cloud: 'worldwide',
  ownClientId: undefined,
  at,
  serviceNow: at,
  publisherId: '33333333-2222-4333-8444-555555555555',
  credentials: [certificate],
  start: undefined,
  subscriptions: subscribed('enabled'),
  listing: { value: true },
  budget: undefined,
  arrival: { value: { verifiedAt: at - 30 * dayMs, recordsAt: at - hourMs, mailRecordsAt: at - hourMs, isListed: true } },
}
/** Nothing after the sign-in was tried. */
const unasked = { serviceNow: undefined, subscriptions: undefined, listing: undefined } as const

test('a healthy tenant is ok in everything, each prerequisite told once', () => {
  const { checks } = judgeCheck(healthy)
  expect(checks.map(({ check, state }) => [check, state])).toEqual([
    ['service', 'ok'],
    ['credential', 'ok'],
    ['consent', 'ok'],
    ['tenant', 'ok'],
    ['auditing', 'ok'],
    ['subscription', 'ok'],
    ['publisher', 'ok'],
    ['budget', 'ok'],
    ['first-data', 'ok'],
    ['mail-records', 'ok'],
  ])
  expect(checks.filter(({ fix, code }) => fix ?? code)).toEqual([])
})

interface Situation {
  readonly title: string
  readonly facts: Partial<CheckFacts>
  /** What differs from a healthy tenant. */
  readonly states: Partial<Record<CheckName, CheckState>>
  readonly code?: string
}

const notSignedIn = { consent: 'unknown', tenant: 'unknown', auditing: 'unknown', subscription: 'unknown', budget: 'unknown' } as const
const nobodyLetIn = { ...notSignedIn, credential: 'unknown' } as const

describe.each<Situation>([
  {
    title: 'consent revoked by taking the app away',
    facts: signInFails('AADSTS7000229', 401),
    states: { ...nobodyLetIn, consent: 'failed' },
    code: 'AADSTS7000229',
  },
  {
    title: 'an app that is not in the tenant',
    facts: signInFails('AADSTS700016', 400),
    states: { ...nobodyLetIn, consent: 'failed' },
    code: 'AADSTS700016',
  },
  {
    title: 'an app asking for a stale permission',
    facts: signInFails('AADSTS650051', 400, 'ACTIVITY_API_CONSENT_MISSING'),
    states: { ...nobodyLetIn, consent: 'failed' },
    code: 'AADSTS650051',
  },
  {
    title: 'consent revoked by taking the role away',
    facts: {
      credentials: [{ ...certificate, signIn: { value: { ...access, roles: [] } } }],
      subscriptions: fails('ACTIVITY_API_CONSENT_MISSING', 'AF10001', 401),
      listing: undefined,
    },
    states: { consent: 'failed', auditing: 'unknown', subscription: 'unknown' },
    code: 'AF10001',
  },
  {
    title: 'a token without the role, before the feed says so',
    facts: { credentials: [{ ...certificate, signIn: { value: { ...access, roles: ['ServiceHealth.Read'] } } }], ...unasked },
    states: { consent: 'failed', auditing: 'unknown', subscription: 'unknown', budget: 'unknown' },
  },
  {
    title: 'an app that a policy keeps out',
    facts: signInFails('AADSTS53003', 400, 'ACTIVITY_API_ACCESS_BLOCKED'),
    states: { ...nobodyLetIn, consent: 'failed' },
    code: 'AADSTS53003',
  },
  {
    title: 'a resource the login does not know',
    facts: signInFails('AADSTS70011', 400, 'ACTIVITY_API_REQUEST_INVALID'),
    states: { ...nobodyLetIn, tenant: 'failed' },
    code: 'AADSTS70011',
  },
  {
    title: 'a token for another tenant, which is sent nowhere',
    facts: { credentials: [{ ...certificate, signIn: { value: { ...access, tenantId: otherTenant } } }], ...unasked },
    states: { tenant: 'failed', auditing: 'unknown', subscription: 'unknown', budget: 'unknown' },
  },
  {
    title: 'a wrong secret',
    facts: { credentials: [{ ...secret, signIn: fails('ACTIVITY_API_LOGIN_FAILED', 'AADSTS7000215', 401) }], ...unasked },
    states: { ...notSignedIn, credential: 'failed' },
    code: 'AADSTS7000215',
  },
  {
    title: 'an expired secret',
    facts: { credentials: [{ ...secret, signIn: fails('ACTIVITY_API_LOGIN_FAILED', 'AADSTS7000222', 401) }], ...unasked },
    states: { ...notSignedIn, credential: 'failed' },
    code: 'AADSTS7000222',
  },
  {
    title: 'a refusal nobody has documented',
    facts: signInFails('AADSTS123', 400),
    states: { ...notSignedIn, credential: 'failed' },
    code: 'AADSTS123',
  },
  {
    title: 'an expired certificate',
    facts: {
      credentials: [{ ...certificate, expiresAt: at - dayMs, signIn: fails('ACTIVITY_API_LOGIN_FAILED', 'AADSTS700027', 401) }],
      ...unasked,
    },
    states: { ...notSignedIn, credential: 'failed' },
    code: 'AADSTS700027',
  },
  {
    title: 'PEM without its key',
    facts: { credentials: [{ ...certificate, expiresAt: undefined, signIn: fails('ACTIVITY_API_LOGIN_FAILED') }], ...unasked },
    states: { ...notSignedIn, service: 'unknown', credential: 'failed' },
    code: 'ACTIVITY_API_LOGIN_FAILED',
  },
  {
    title: 'a secret that is not there',
    facts: { credentials: [{ reference: 'env', kind: undefined, signIn: fails('SECRET_UNAVAILABLE') }], ...unasked },
    states: { ...notSignedIn, service: 'unknown', credential: 'failed' },
    code: 'SECRET_UNAVAILABLE',
  },
  {
    title: 'a client secret that works',
    facts: { credentials: [secret] },
    states: { credential: 'warning' },
  },
  {
    title: 'a certificate with 60 days left',
    facts: { credentials: [{ ...certificate, expiresAt: at + 60 * dayMs }] },
    states: { credential: 'warning' },
  },
  {
    title: 'the wrong cloud, by the login',
    facts: signInFails('AADSTS90002', 400),
    states: { ...nobodyLetIn, tenant: 'failed' },
    code: 'AADSTS90002',
  },
  {
    title: 'the wrong cloud, by the feed',
    facts: { subscriptions: fails('ACTIVITY_API_TENANT_UNKNOWN', 'AF20011', 400), listing: undefined },
    states: { tenant: 'failed', auditing: 'unknown', subscription: 'unknown' },
    code: 'AF20011',
  },
  {
    title: 'a cloud nobody named',
    facts: { setUp: { code: 'CLOUD_UNKNOWN' }, credentials: [], ...unasked },
    states: { ...nobodyLetIn, service: 'failed' },
    code: 'CLOUD_UNKNOWN',
  },
  {
    title: 'no app for the tenant',
    facts: { setUp: { code: 'TENANT_APP_MISSING' }, credentials: [], ...unasked },
    states: { ...nobodyLetIn, service: 'failed' },
    code: 'TENANT_APP_MISSING',
  },
  {
    title: 'a token for another tenant',
    facts: {
      credentials: [{ ...certificate, signIn: { value: { ...access, tenantId: otherTenant } } }],
      subscriptions: fails('ACTIVITY_API_REQUEST_INVALID', 'AF20010', 400),
      listing: undefined,
    },
    states: { tenant: 'failed', auditing: 'unknown', subscription: 'unknown' },
    code: 'AF20010',
  },
  {
    title: 'auditing off, seen by a start',
    facts: { subscriptions: subscribed(), start: fails('ACTIVITY_API_AUDITING_OFF', undefined, 400), listing: undefined },
    states: { auditing: 'failed', subscription: 'failed' },
    code: 'ACTIVITY_API_AUDITING_OFF',
  },
  {
    title: 'no subscription',
    facts: { subscriptions: subscribed(), listing: undefined },
    states: { auditing: 'unknown', subscription: 'failed' },
  },
  {
    title: 'a disabled subscription',
    facts: { subscriptions: subscribed('disabled'), listing: undefined },
    states: { auditing: 'unknown', subscription: 'failed' },
  },
  {
    title: 'a subscription without a status',
    facts: { subscriptions: subscribed('unknown') },
    states: { subscription: 'unknown' },
  },
  {
    title: 'a subscription that is listed as enabled and refused',
    facts: { listing: fails('ACTIVITY_API_SUBSCRIPTION_DISABLED', 'AF20023', 400) },
    states: { subscription: 'failed' },
    code: 'AF20023',
  },
  {
    title: 'a throttled feed',
    facts: { subscriptions: fails('ACTIVITY_API_THROTTLED', 'AF429', 403), listing: undefined },
    states: { auditing: 'unknown', subscription: 'unknown', budget: 'failed' },
    code: 'AF429',
  },
  {
    title: 'a throttled login',
    facts: { credentials: [{ ...certificate, signIn: fails('ACTIVITY_API_THROTTLED', undefined, 429) }], ...unasked },
    states: { ...nobodyLetIn, budget: 'failed' },
    code: 'ACTIVITY_API_THROTTLED',
  },
  {
    title: 'a login that is down',
    facts: { credentials: [{ ...certificate, signIn: fails('ACTIVITY_API_UNAVAILABLE') }], ...unasked },
    states: { ...nobodyLetIn, service: 'failed' },
    code: 'ACTIVITY_API_UNAVAILABLE',
  },
  {
    title: 'a feed that is down',
    facts: { subscriptions: fails('ACTIVITY_API_UNAVAILABLE', 'AF50000', 500), listing: undefined },
    states: { service: 'failed', auditing: 'unknown', subscription: 'unknown' },
    code: 'AF50000',
  },
  {
    title: 'TLS that is not trusted',
    facts: { credentials: [{ ...certificate, signIn: fails('ACTIVITY_API_TLS_UNTRUSTED') }], ...unasked },
    states: { ...nobodyLetIn, service: 'failed' },
    code: 'ACTIVITY_API_TLS_UNTRUSTED',
  },
  { title: 'no publisher', facts: { publisherId: undefined }, states: { publisher: 'warning' } },
  { title: 'the zero publisher', facts: { publisherId: '00000000-0000-0000-0000-000000000000' }, states: { publisher: 'failed' } },
  { title: "the client's own tenant as publisher", facts: { publisherId: tenantId.toUpperCase() }, states: { publisher: 'warning' } },
  {
    title: 'a fleet that pauses the tenant',
    facts: { budget: { requestsPerMinute: 1_000, remaining: 0, pausedForMs: 30_000 } },
    states: { budget: 'warning' },
  },
  {
    title: 'a ledger that cannot be read',
    facts: { arrival: fails('LEDGER_ENTRY_INVALID') },
    states: { 'first-data': 'unknown', 'mail-records': 'unknown' },
    code: 'LEDGER_ENTRY_INVALID',
  },
])('$title', ({ facts, states, code }) => {
  const report = judgeCheck({ ...healthy, ...facts })

  test('is seen where it is, and blinds only what comes after it', () => {
    const differing = report.checks.filter(({ state }) => state !== 'ok').map(({ check, state }) => [check, state])
    expect(Object.fromEntries(differing)).toEqual(states)
  })

  test('is told with what mends it, and with its code', () => {
    for (const { check, fix, detail } of report.checks.filter(({ state }) => state === 'failed'))
      expect(fix, `${check}: ${detail}`).toBeTruthy()
    expect(report.checks.flatMap(({ code: each }) => each ?? [])).toEqual(code === undefined ? [] : expect.arrayContaining([code]))
  })
})

test("the link that mends a missing consent is for the tenant's cloud and its own app", () => {
  const fixOf = (facts: Partial<CheckFacts>) =>
    judgeCheck({ ...healthy, ...signInFails('AADSTS7000229', 401), ...facts }).checks.find(({ check }) => check === 'consent')?.fix
  expect(fixOf({})).toMatch(`mailtrail tenant consent-link --tenant ${tenantId} --cloud worldwide;`)
  expect(fixOf({ cloud: 'gcc', ownClientId: 'own-app' })).toMatch(`--tenant ${tenantId} --cloud gcc --client-id own-app;`)
})

describe('records', () => {
  test.each<{ age: number; recordsAt?: number; mailRecordsAt?: number; states: [CheckState, CheckState] }>([
    { age: 0, states: ['waiting', 'waiting'] },
    { age: 12 * hourMs - 1, states: ['waiting', 'waiting'] },
    { age: 12 * hourMs, states: ['late', 'late'] },
    { age: 24 * hourMs - 1, states: ['late', 'late'] },
    { age: 24 * hourMs, states: ['failed', 'failed'] },
    { age: hourMs, recordsAt: at, states: ['ok', 'waiting'] },
    { age: 13 * hourMs, recordsAt: at, states: ['ok', 'late'] },
    { age: 25 * hourMs, recordsAt: at, states: ['ok', 'failed'] },
    { age: hourMs, recordsAt: at, mailRecordsAt: at, states: ['ok', 'ok'] },
    { age: 999 * hourMs, recordsAt: at, mailRecordsAt: at, states: ['ok', 'ok'] },
  ])('$age ms after the first verified subscription are $states', ({ age, states, ...arrived }) => {
    const arrival = { value: { verifiedAt: at - age, recordsAt: undefined, mailRecordsAt: undefined, isListed: true, ...arrived } }
    expect(stateOfRecords({ ...healthy, arrival })).toEqual(states)
  })

  test('are unknown before any verified subscription, and ok where they came all the same', () => {
    const never = { verifiedAt: undefined, recordsAt: undefined, mailRecordsAt: undefined, isListed: false }
    expect(stateOfRecords({ ...healthy, arrival: { value: never } })).toEqual(['unknown', 'unknown'])
    expect(stateOfRecords({ ...healthy, arrival: { value: { ...never, recordsAt: at } } })).toEqual(['ok', 'unknown'])
  })

  test('that stopped coming are not said to have never come', () => {
    const arrival = { value: { verifiedAt: at - 90 * dayMs, recordsAt: undefined, mailRecordsAt: undefined, isListed: true } }
    const told = judgeCheck({ ...healthy, arrival }).checks.find(({ check }) => check === 'first-data')
    expect(told).toMatchObject({ state: 'failed', detail: 'No record was stored in the last 8 days.' })
  })

  test("are counted by the service's clock where it is known", () => {
    const arrival = { value: { verifiedAt: at, recordsAt: undefined, mailRecordsAt: undefined, isListed: true } }
    expect(stateOfRecords({ ...healthy, at: at + 30 * dayMs, serviceNow: at + hourMs, arrival })).toEqual(['waiting', 'waiting'])
  })
})

describe('while one credential replaces another', () => {
  const ending = { ...certificate, expiresAt: at + 3 * dayMs }
  const refused: CredentialFact = { ...secret, signIn: fails('ACTIVITY_API_LOGIN_FAILED', 'AADSTS7000215', 401) }

  test.each<{ title: string; credentials: CredentialFact[]; states: CheckState[]; watched: number }>([
    { title: 'the new one taken, the old one ends soon', credentials: [certificate, ending], states: ['ok', 'ok'], watched: 1 },
    {
      title: 'both end soon',
      credentials: [ending, { ...ending, expiresAt: at + 20 * dayMs }],
      states: ['warning', 'warning'],
      watched: 2,
    },
    {
      title: 'the new one refused, the old one ends soon',
      credentials: [{ ...certificate, signIn: fails('ACTIVITY_API_LOGIN_FAILED', 'AADSTS700027', 401) }, ending],
      states: ['warning', 'warning'],
      watched: 2,
    },
    { title: 'a secret after which a certificate is taken', credentials: [refused, certificate], states: ['warning', 'ok'], watched: 1 },
    { title: 'neither is taken', credentials: [refused, refused], states: ['failed', 'failed'], watched: 0 },
    {
      title: 'a secret does not stand in for a certificate that ends',
      credentials: [secret, ending],
      states: ['warning', 'warning'],
      watched: 1,
    },
  ])('$title', ({ credentials, states, watched }) => {
    const facts = { ...healthy, credentials }
    expect(judgeCheck(facts).checks.flatMap(({ check, state }) => (check === 'credential' ? [state] : []))).toEqual(states)
    expect(endingCertificates(facts)).toHaveLength(watched)
  })
})

test.each<{ states: CheckState[]; worst: CheckState; attention: boolean }>([
  { states: ['ok', 'ok'], worst: 'ok', attention: false },
  { states: ['ok', 'waiting'], worst: 'waiting', attention: false },
  { states: ['warning', 'waiting'], worst: 'warning', attention: false },
  { states: ['unknown', 'warning'], worst: 'unknown', attention: true },
  { states: ['late', 'unknown'], worst: 'late', attention: true },
  { states: ['failed', 'late'], worst: 'failed', attention: true },
  { states: [], worst: 'unknown', attention: true },
])('of $states the worst is $worst', ({ states, worst, attention }) => {
  const report = { checks: states.map((state) => ({ check: 'service' as const, state, detail: '' })) }
  expect([worstState(report), needsAttention(report)]).toEqual([worst, attention])
})

function stateOfRecords(facts: CheckFacts): (CheckState | undefined)[] {
  const { checks } = judgeCheck(facts)
  return (['first-data', 'mail-records'] as const).map((name) => checks.find(({ check }) => check === name)?.state)
}

function fails(code: string, vendorCode?: string, status?: number): { readonly failure: CheckFailure } {
  return { failure: { code, vendorCode, status } }
}

function signInFails(vendorCode: string, status: number, code = 'ACTIVITY_API_LOGIN_FAILED'): Partial<CheckFacts> {
  return { credentials: [{ ...certificate, signIn: fails(code, vendorCode, status) }], ...unasked }
}

function subscribed(
  status?: 'enabled' | 'disabled' | 'unknown',
): Attempt<NonNullable<Extract<CheckFacts['subscriptions'], { value: unknown }>['value']>> {
  const subscriptions = status === undefined ? [] : [{ contentType: 'Audit.Exchange', status }]
  return { value: { serviceDate: new Date(at), subscriptions: [{ contentType: 'Audit.General', status: 'enabled' }, ...subscriptions] } }
}
