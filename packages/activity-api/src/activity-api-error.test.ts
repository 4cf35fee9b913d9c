import { parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { ActivityApiError, type Failure } from './activity-api-error.ts'
import { type ActivityApiErrorCode, errorCodes } from './error-codes.ts'

const failure: Failure = { tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'), operation: 'list-content' }

describe(ActivityApiError, () => {
  test('says what happened, to whom, and what to do', () => {
    const context = { ...failure, status: 403, vendorCode: 'AF429', contentId: '2024$x', detail: 'A detail.' }
    const { message } = new ActivityApiError('ACTIVITY_API_THROTTLED', context)
    const where = `list-content of tenant ${failure.tenantId}, content 2024$x, HTTP 403, AF429`
    expect(message).toBe(`${errorCodes.ACTIVITY_API_THROTTLED.meaning} (${where}). A detail. ${errorCodes.ACTIVITY_API_THROTTLED.remedy}`)
  })

  test.each<{ title: string; code: ActivityApiErrorCode; retryAfterMs?: number; expected: object }>([
    { title: 'waits a second where the service names no time', code: 'ACTIVITY_API_THROTTLED', expected: { again: true, afterMs: 1_000 } },
    { title: 'leaves the wait to the queue', code: 'ACTIVITY_API_UNAVAILABLE', expected: { again: true } },
    { title: 'waits as the service asks', code: 'ACTIVITY_API_THROTTLED', retryAfterMs: 5, expected: { again: true, afterMs: 5 } },
    { title: 'waits an hour for auditing', code: 'ACTIVITY_API_AUDITING_OFF', expected: { again: true, afterMs: 3_600_000 } },
    { title: 'does not repeat what needs a person', code: 'ACTIVITY_API_CONSENT_MISSING', retryAfterMs: 5, expected: { again: false } },
  ])('$title', ({ code, retryAfterMs, expected }) => {
    expect(new ActivityApiError(code, { ...failure, retryAfterMs }).retry).toEqual(expected)
  })

  test('codes carry the name of the room', () => {
    expect(Object.keys(errorCodes).filter((code) => !/^ACTIVITY_API_[A-Z_]+$/.test(code))).toEqual([])
  })
})
