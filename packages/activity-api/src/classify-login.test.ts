import { describe, expect, test } from 'vitest'
import { classifyLogin, hintOfLogin, readLoginError } from './classify-login.ts'

const statuses = [400, 401, 403, 404, 408, 429, 500, 503] as const
const words = ['invalid_client', 'unauthorized_client', 'invalid_request', 'access_denied', 'temporarily_unavailable']

const refusal = (code: number, error: string) => ({ error, error_codes: [code], error_description: `AADSTS${code}: text` })

describe(classifyLogin, () => {
  test.each([
    { code: 65001, expected: 'CONSENT_MISSING' },
    { code: 65004, expected: 'CONSENT_MISSING' },
    { code: 650051, expected: 'CONSENT_MISSING' },
    { code: 700016, expected: 'CONSENT_MISSING' },
    { code: 7000229, expected: 'CONSENT_MISSING' },
    { code: 7000112, expected: 'ACCESS_BLOCKED' },
    { code: 53003, expected: 'ACCESS_BLOCKED' },
    { code: 530032, expected: 'ACCESS_BLOCKED' },
    { code: 90002, expected: 'TENANT_UNKNOWN' },
    { code: 900023, expected: 'TENANT_UNKNOWN' },
    { code: 90038, expected: 'TENANT_UNKNOWN' },
    { code: 500011, expected: 'TENANT_UNKNOWN' },
    { code: 650052, expected: 'TENANT_UNKNOWN' },
    { code: 90024, expected: 'THROTTLED' },
    { code: 90055, expected: 'THROTTLED' },
    { code: 90033, expected: 'UNAVAILABLE' },
  ])('AADSTS$code is $expected, whatever the status and the word of OAuth', ({ code, expected }) => {
    const verdicts = statuses.flatMap((status) => words.map((word) => classifyLogin(status, readLoginError(refusal(code, word)))))
    expect(new Set(verdicts)).toEqual(new Set([`ACTIVITY_API_${expected}`]))
  })

  test.each([7000215, 7000222, 700027, 700024, 7000214, 7000216, 50012, 7999999])(
    'AADSTS%i is a refused credential, unless the token service is busy or has failed',
    (code) => {
      const verdict = (status: number) => classifyLogin(status, readLoginError(refusal(code, 'invalid_client')))
      expect([400, 401, 403, 429, 503, 500].map(verdict)).toEqual([
        'ACTIVITY_API_LOGIN_FAILED',
        'ACTIVITY_API_LOGIN_FAILED',
        'ACTIVITY_API_LOGIN_FAILED',
        'ACTIVITY_API_THROTTLED',
        'ACTIVITY_API_THROTTLED',
        'ACTIVITY_API_UNAVAILABLE',
      ])
    },
  )

  test.each([
    { word: 'invalid_client', expected: 'LOGIN_FAILED' },
    { word: 'unauthorized_client', expected: 'CONSENT_MISSING' },
    { word: 'consent_required', expected: 'CONSENT_MISSING' },
    { word: 'access_denied', expected: 'ACCESS_BLOCKED' },
    { word: 'invalid_tenant', expected: 'TENANT_UNKNOWN' },
    { word: 'invalid_resource', expected: 'REQUEST_INVALID' },
    { word: 'invalid_scope', expected: 'REQUEST_INVALID' },
    { word: 'temporarily_unavailable', expected: 'UNAVAILABLE' },
    { word: 'anything_else', expected: 'LOGIN_FAILED' },
  ])('without a known code the word decides: $word is $expected', ({ word, expected }) => {
    expect(classifyLogin(400, readLoginError({ error: word }))).toBe(`ACTIVITY_API_${expected}`)
  })

  test.each([
    { title: 'a page in place of JSON', status: 403, json: undefined, expected: 'UNAVAILABLE' },
    { title: 'JSON that is no object', status: 400, json: [], expected: 'LOGIN_FAILED' },
    { title: 'a redirect', status: 302, json: {}, expected: 'RESPONSE_INVALID' },
  ])('$title is $expected', ({ status, json, expected }) => {
    expect(classifyLogin(status, readLoginError(json))).toBe(`ACTIVITY_API_${expected}`)
  })
})

test('the code is read from the description where no list has it, and nothing else of the description is kept', () => {
  const error = readLoginError({ error: 'invalid_client', error_description: 'AADSTS7000215: Invalid secret correct-horse.' })
  expect(error).toEqual({ json: true, vendorCode: 'AADSTS7000215', word: 'invalid_client' })
})

test.each([
  { code: 'AADSTS700016', hint: /client id/ },
  { code: 'AADSTS500011', hint: /resource/ },
  { code: 'AADSTS700024', hint: /clock/ },
])('$code comes with a hint of where to look', ({ code, hint }) => {
  expect(hintOfLogin(code)).toMatch(hint)
  expect(hintOfLogin('AADSTS7000215')).toBeUndefined()
})
