import { expect, test } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const at = Date.parse('2024-03-14T12:00:00Z')

test.each([
  { value: '7', waitMs: 7_000 },
  { value: ' 120 ', waitMs: 120_000 },
  { value: '0', waitMs: 0 },
  { value: 'Thu, 14 Mar 2024 12:00:30 GMT', waitMs: 30_000 },
  { value: 'Thu, 14 Mar 2024 11:00:00 GMT', waitMs: 0 },
  { value: '99999999999', waitMs: 86_400_000 },
  { value: 'soon', waitMs: undefined },
  { value: undefined, waitMs: undefined },
])('Retry-After: $value means $waitMs ms', ({ value, waitMs }) => {
  expect(parseRetryAfter(value, at)).toBe(waitMs)
})
