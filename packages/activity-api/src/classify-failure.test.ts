import { describe, expect, test } from 'vitest'
import type { Operation } from './activity-api-error.ts'
import { classifyFailure } from './classify-failure.ts'
import type { ActivityApiErrorCode } from './error-codes.ts'
import { readVendorError } from './vendor-error.ts'

type ShortCode = ActivityApiErrorCode extends `ACTIVITY_API_${infer Rest}` ? Rest : never

/** Every code of contract/error-codes.json; `AF20024` is a success of its own operation and is told there. */
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
  AF20024: 'REQUEST_INVALID',
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
  AF59999: 'UNAVAILABLE',
}

const operations: readonly Operation[] = ['list-subscriptions', 'start-subscription', 'stop-subscription', 'list-content', 'open-content']
const everyStatus = Array.from({ length: 400 }, (_, index) => 200 + index)

/** What an answer with this body means, by status, for all operations together: one entry wherever they agree. */
function meanings(body: unknown, statuses: readonly number[], about: readonly Operation[] = operations): Set<string> {
  const error = readVendorError(body)
  return new Set(
    about.flatMap((operation) => statuses.map((status) => classifyFailure(operation, status, error).replace('ACTIVITY_API_', ''))),
  )
}

const vendorError = (code: string, message = 'text') => ({ error: { code, message } })
const auditingOff = vendorError('StartSubscription [x]', 'a.b.DataServiceException: Tenant 1 does not exist.')
const serverErrors = everyStatus.filter((status) => status >= 500)
const others = everyStatus.filter((status) => status < 500)

describe(classifyFailure, () => {
  test.each(Object.entries(codes))('%s is %s, whatever the status and the operation', (code, expected) => {
    expect(meanings(vendorError(code), everyStatus)).toEqual(new Set([expected]))
    expect(meanings(vendorError(` ${code.toLowerCase()} `), everyStatus)).toEqual(new Set([expected]))
  })

  test('a tenant said not to exist has auditing off, unless the service itself has failed', () => {
    expect(meanings(auditingOff, others)).toEqual(new Set(['AUDITING_OFF']))
    expect(meanings(auditingOff, serverErrors)).toEqual(new Set(['UNAVAILABLE']))
    const inItsCode = vendorError('StartSubscription [x] DataServiceException: Tenant 1\ndoes not exist', '')
    expect(meanings(inItsCode, others)).toEqual(new Set(['AUDITING_OFF']))
  })

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

  test.each(statuses)('without a vendor code status %i is %s', (status, expected) => {
    const sayingNothing = { Message: 'Authorization has been denied for this request.' }
    expect(meanings(sayingNothing, [status], ['list-content', 'list-subscriptions'])).toEqual(new Set([expected]))
    expect(meanings(vendorError('String reference not set to an instance of a String'), [status], ['list-content'])).toEqual(
      new Set([expected]),
    )
  })

  test.each(statuses)('with a vendor code nobody documented status %i is %s, but for consent', (status, expected) => {
    expect(meanings(vendorError('AF20099'), [status], ['list-content'])).toEqual(new Set([status === 403 ? 'REQUEST_INVALID' : expected]))
    expect(meanings(vendorError('AF10002'), [status], ['list-content'])).toEqual(new Set([expected]))
  })

  test.each([
    { status: 400, expected: 'UNAVAILABLE' },
    { status: 403, expected: 'UNAVAILABLE' },
    { status: 404, expected: 'UNAVAILABLE' },
    { status: 407, expected: 'UNAVAILABLE' },
    { status: 429, expected: 'THROTTLED' },
    { status: 401, expected: 'CONSENT_MISSING' },
  ])('a page that is not JSON comes from a gateway: $status is $expected', ({ status, expected }) => {
    expect(meanings(undefined, [status], ['list-content', 'start-subscription'])).toEqual(new Set([expected]))
  })

  test.each([undefined, {}])('404 on a content is a missing content (body: %s)', (body) => {
    expect(meanings(body, [404], ['open-content'])).toEqual(new Set(['CONTENT_MISSING']))
  })
})

describe(readVendorError, () => {
  test.each([
    { title: 'no body', json: undefined, expected: { json: false } },
    { title: 'another object', json: { Message: 'Authorization has been denied for this request.' }, expected: { json: true } },
    { title: 'a list', json: [], expected: { json: true } },
    { title: 'an error without message', json: { error: { code: 'AF20022' } }, expected: { json: true, vendorCode: 'AF20022' } },
    { title: 'an error whose code is a number', json: { error: { code: 20022 } }, expected: { json: true, auditingOff: false } },
    {
      title: 'an error whose code is a sentence',
      json: { error: { code: 'String reference not set to an instance of a String', message: 'x' } },
      expected: { json: true, auditingOff: false },
    },
  ])('reads $title', ({ json, expected }) => {
    expect(readVendorError(json)).toEqual(expected)
  })

  test.each([
    { code: 'AF50000', message: 'An internal server error occurred. Please retry in an hour.', retryAfterMs: 3_600_000 },
    { code: 'AF50000', message: 'Retry the request after 1 hour.', retryAfterMs: 3_600_000 },
    { code: 'AF50000', message: 'An internal error occurred. Retry the request.', retryAfterMs: undefined },
    { code: 'AF20030', message: 'Not more than 24 hours apart; try in an hour.', retryAfterMs: undefined },
  ])('of $code with "$message" asks to wait $retryAfterMs ms', ({ code, message, retryAfterMs }) => {
    expect(readVendorError(vendorError(code, message)).retryAfterMs).toBe(retryAfterMs)
  })
})
