import type { Check } from '@mailtrail/tenants'
import { expect, test } from 'vitest'
import { exitCodeOfCheck } from './exit-code-of-check.ts'

test.each<{ checks: Pick<Check, 'check' | 'state' | 'code'>[]; code: number }>([
  { checks: [{ check: 'service', state: 'ok' }], code: 0 },
  { checks: [{ check: 'first-data', state: 'waiting' }], code: 0 },
  { checks: [{ check: 'credential', state: 'warning' }], code: 0 },
  { checks: [{ check: 'subscription', state: 'unknown' }], code: 1 },
  { checks: [{ check: 'first-data', state: 'late' }], code: 1 },
  { checks: [{ check: 'auditing', state: 'failed' }], code: 1 },
  { checks: [{ check: 'tenant', state: 'failed', code: 'AADSTS90002' }], code: 1 },
  { checks: [{ check: 'consent', state: 'failed' }], code: 4 },
  { checks: [{ check: 'credential', state: 'failed' }], code: 4 },
  { checks: [{ check: 'service', state: 'failed', code: 'ACTIVITY_API_UNAVAILABLE' }], code: 5 },
  { checks: [{ check: 'service', state: 'failed', code: 'AF50000' }], code: 5 },
  { checks: [{ check: 'budget', state: 'failed', code: 'AF429' }], code: 5 },
  { checks: [{ check: 'service', state: 'failed', code: 'ACTIVITY_API_TLS_UNTRUSTED' }], code: 1 },
  { checks: [{ check: 'service', state: 'failed', code: 'CLOUD_UNKNOWN' }], code: 1 },
  {
    checks: [
      { check: 'service', state: 'failed', code: 'ACTIVITY_API_UNAVAILABLE' },
      { check: 'credential', state: 'failed' },
    ],
    code: 4,
  },
])('$checks ends with $code', ({ checks, code }) => {
  expect(exitCodeOfCheck({ checks: checks.map((check) => ({ detail: '', ...check })) })).toBe(code)
})
