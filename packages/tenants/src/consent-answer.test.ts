import { describe, expect, test } from 'vitest'
import { consentRefused, readConsentAnswer } from './consent-answer.ts'

const tenantId = '11111111-2222-4333-8444-555555555555'
const base = 'http://localhost:8420/consent'

test.each([
  `${base}?admin_consent=True&tenant=${tenantId}&state=s&scope=x`,
  ` ${base}?state=s&tenant=${tenantId.toUpperCase()}&admin_consent=true \n`,
])('%j says that the tenant consented', (address) => {
  expect(readConsentAnswer(address)).toEqual({ state: 's', tenantId, refusal: undefined })
})

describe('a refusal', () => {
  test.each([
    { error: 'consent_required', description: 'AADSTS65004: User declined to consent. Trace ID: x', code: 'AADSTS65004' },
    { error: 'invalid_client', description: 'AADSTS650051: jane.doe@hospital.example asked.', code: 'AADSTS650051' },
    { error: 'access_denied', description: 'canary <script>', code: 'access_denied' },
    { error: 'canary <script>', description: '', code: 'no code' },
  ])('$error, $description is known by its code alone', ({ error, description, code }) => {
    const address = `${base}?${new URLSearchParams({ error, error_description: description, state: 's', admin_consent: 'True', tenant: tenantId })}`
    const answer = readConsentAnswer(address)
    expect(answer).toEqual({ state: 's', tenantId: undefined, refusal: code })
    const { message } = consentRefused(answer.refusal ?? '')
    expect(message).toContain(code)
    expect(message).not.toMatch(/jane|canary|script/)
  })
})

test.each([
  { title: 'no address', address: 'canary', says: 'no state' },
  { title: 'no state', address: `${base}?admin_consent=True&tenant=${tenantId}`, says: 'no state' },
  { title: 'no consent', address: `${base}?state=s&tenant=${tenantId}`, says: 'does not say' },
  { title: 'consent withheld', address: `${base}?state=s&tenant=${tenantId}&admin_consent=False`, says: 'does not say' },
  { title: 'no tenant', address: `${base}?state=s&admin_consent=True`, says: 'no tenant' },
  { title: 'a tenant that is no GUID', address: `${base}?state=s&admin_consent=True&tenant=canary`, says: 'no tenant' },
  { title: 'two tenants', address: `${base}?state=s&admin_consent=True&tenant=${tenantId}&tenant=${tenantId}`, says: 'more than once' },
  { title: 'two states', address: `${base}?state=s&state=t&admin_consent=True&tenant=${tenantId}`, says: 'more than once' },
])('an address with $title is refused without quoting it', ({ address, says }) => {
  const read = () => readConsentAnswer(address)
  expect(read).toThrow(expect.objectContaining({ code: 'CONSENT_ANSWER_INVALID', message: expect.stringContaining(says) }))
  expect(read).not.toThrow(/canary/)
})
