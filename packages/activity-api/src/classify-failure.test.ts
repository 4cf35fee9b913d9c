import { describe, expect, test } from 'vitest'
import { classifyFailure } from './classify-failure.ts'
import type { ActivityApiErrorCode } from './error-codes.ts'
import { readVendorError } from './vendor-error.ts'

type ShortCode = ActivityApiErrorCode extends `ACTIVITY_API_${infer Rest}` ? Rest : never

const codes: Readonly<Record<string, ShortCode>> = {
  AF429: 'THROTTLED',
  AF10001: 'CONSENT_MISSING',
  AF20001: 'REQUEST_INVALID',
  AF20002: 'REQUEST_INVALID',
  AF20003: 'REQUEST_INVALID',
  AF20010: 'REQUEST_INVALID',
  AF20011: 'TENANT_UNKNOWN',
  AF20012: 'TENANT_UNKNOWN',
  AF20013: 'REQUEST_INVALID',
  AF20020: 'REQUEST_INVALID',
  AF20021: 'REQUEST_INVALID',
  AF20022: 'SUBSCRIPTION_MISSING',
  AF20023: 'SUBSCRIPTION_DISABLED',
  AF20030: 'WINDOW_AGED_OUT',
  AF20031: 'PAGE_INVALID',
  AF20050: 'CONTENT_MISSING',
  AF20051: 'CONTENT_EXPIRED',
  AF20052: 'CONTENT_MISSING',
  AF20053: 'REQUEST_INVALID',
  AF20054: 'REQUEST_INVALID',
  AF20055: 'WINDOW_AGED_OUT',
  AF50000: 'UNAVAILABLE',
  AF50005: 'UNAVAILABLE',
  AF50006: 'UNAVAILABLE',
}

const statuses: readonly (readonly [number, ShortCode])[] = [
  [200, 'RESPONSE_INVALID'],
  [204, 'RESPONSE_INVALID'],
  [302, 'RESPONSE_INVALID'],
  [400, 'REQUEST_INVALID'],
  [401, 'CONSENT_MISSING'],
  [403, 'CONSENT_MISSING'],
  [404, 'REQUEST_INVALID'],
  [408, 'THROTTLED'],
  [429, 'THROTTLED'],
  [500, 'UNAVAILABLE'],
  [502, 'UNAVAILABLE'],
  [503, 'THROTTLED'],
  [504, 'UNAVAILABLE'],
]

const matrix = Object.entries(codes).flatMap(([code, expected]) => statuses.map(([status]) => ({ code, status, expected })))

describe(classifyFailure, () => {
  test.each(matrix)('$code is $expected, whatever the status ($status)', ({ code, status, expected }) => {
    const error = readVendorError({ error: { code, message: 'text' } })
    expect(classifyFailure('list-content', status, error)).toBe(`ACTIVITY_API_${expected}`)
  })

  test.each(statuses)('without a vendor code status %i is %s', (status, expected) => {
    expect(classifyFailure('list-content', status, { json: true })).toBe(`ACTIVITY_API_${expected}`)
  })

  test.each(statuses)('with a vendor code nobody documented status %i is %s', (status, expected) => {
    const error = readVendorError({ error: { code: 'AF20099', message: 'text' } })
    expect(classifyFailure('list-content', status, error)).toBe(`ACTIVITY_API_${expected}`)
  })

  test.each([
    { status: 400, expected: 'UNAVAILABLE' },
    { status: 403, expected: 'UNAVAILABLE' },
    { status: 404, expected: 'UNAVAILABLE' },
    { status: 401, expected: 'CONSENT_MISSING' },
  ])('a page that is not JSON comes from a gateway: $status is $expected', ({ status, expected }) => {
    expect(classifyFailure('list-content', status, { json: false })).toBe(`ACTIVITY_API_${expected}`)
  })

  test.each([true, false])('404 on a content is a missing content (JSON: %s)', (json) => {
    expect(classifyFailure('open-content', 404, { json })).toBe('ACTIVITY_API_CONTENT_MISSING')
  })

  test.each([
    { title: 'in the code', error: { code: 'StartSubscription [x] DataServiceException: Tenant 1 does not exist', message: '' } },
    { title: 'in the message', error: { code: 'StartSubscription [x]', message: 'a.b.DataServiceException: Tenant 1\ndoes not exist.' } },
  ])('a tenant said not to exist $title has auditing off', ({ error }) => {
    expect(classifyFailure('start-subscription', 400, readVendorError({ error }))).toBe('ACTIVITY_API_AUDITING_OFF')
    expect(classifyFailure('start-subscription', 500, readVendorError({ error }))).toBe('ACTIVITY_API_UNAVAILABLE')
  })
})

describe(readVendorError, () => {
  test.each([
    { title: 'no body', json: undefined, expected: { json: false } },
    { title: 'another object', json: { Message: 'Authorization has been denied for this request.' }, expected: { json: true } },
    { title: 'a list', json: [], expected: { json: true } },
    { title: 'an error without message', json: { error: { code: 'AF20022' } }, expected: { json: true, vendorCode: 'AF20022' } },
    {
      title: 'an error whose code is a sentence',
      json: { error: { code: 'String reference not set to an instance of a String', message: 'x' } },
      expected: { json: true, auditingOff: false },
    },
  ])('reads $title', ({ json, expected }) => {
    expect(readVendorError(json)).toEqual(expected)
  })
})
