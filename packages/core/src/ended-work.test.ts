import { describe, expect, test } from 'vitest'
import { failureOf, isOwnFault } from './ended-work.ts'
import { MailtrailError } from './errors.ts'

const raised = (code: string, again = false): MailtrailError =>
  new MailtrailError(code, 'It failed.', { retry: again ? { again, afterMs: 1_000 } : { again } })

describe(isOwnFault, () => {
  test.each([
    { error: new TypeError('of a record'), isOwn: true },
    { error: Object.assign(new RangeError(), { code: 'ERR_STRING_TOO_LONG' }), isOwn: true },
    { error: raised('RECORD_INVALID'), isOwn: true },
    { error: raised('ACTIVITY_API_REQUEST_INVALID'), isOwn: true },
    { error: raised('ACTIVITY_API_FOREIGN_HOST'), isOwn: true },
    { error: raised('LAKE_KEY_INVALID'), isOwn: true },
    { error: raised('ACTIVITY_API_THROTTLED', true), isOwn: false },
    { error: raised('LAKE_UNAVAILABLE', true), isOwn: false },
    { error: raised('ACTIVITY_API_CONSENT_MISSING'), isOwn: false },
    { error: raised('ACTIVITY_API_LOGIN_FAILED'), isOwn: false },
    { error: raised('SECRET_UNAVAILABLE'), isOwn: false },
    { error: raised('SUBSCRIPTION_OFF'), isOwn: false },
    { error: raised('TENANT_INVALID'), isOwn: false },
    { error: raised('LAKE_LOCATION_INVALID'), isOwn: false },
    { error: raised('LISTING_TOO_EARLY'), isOwn: false },
    { error: raised('ALERT_DESTINATION_GONE'), isOwn: false },
    { error: Object.assign(new Error(), { code: 'ENOSPC' }), isOwn: false },
    { error: Object.assign(new Error(), { code: 'ECONNRESET' }), isOwn: false },
    { error: new DOMException('', 'AbortError'), isOwn: false },
    { error: new DOMException('', 'TimeoutError'), isOwn: false },
    { error: 'a word', isOwn: false },
  ])('of $error.name $error.code is $isOwn', ({ error, isOwn }) => {
    expect(isOwnFault(error)).toBe(isOwn)
  })
})

test('a failure keeps our own words, and nothing of an unexpected error', () => {
  expect(failureOf(raised('RECORD_INVALID'), 7)).toEqual({ code: 'RECORD_INVALID', message: 'It failed.', at: 7 })
  expect(JSON.stringify(failureOf(new TypeError('subject of a mail'), 7))).not.toContain('mail')
})
