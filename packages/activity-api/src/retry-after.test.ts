import { describe, expect, test } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const date = 'Thu, 14 Mar 2024 09:20:00 GMT'

describe(parseRetryAfter, () => {
  test.each([
    { title: 'seconds', headers: { 'retry-after': '30' }, expected: 30_000 },
    { title: 'zero', headers: { 'retry-after': '0' }, expected: 0 },
    { title: 'a date, by the clock of the service', headers: { 'retry-after': 'Thu, 14 Mar 2024 09:21:00 GMT', date }, expected: 60_000 },
    { title: 'a date gone by', headers: { 'retry-after': 'Thu, 14 Mar 2024 09:19:00 GMT', date }, expected: 0 },
    { title: 'a date without the time of the service', headers: { 'retry-after': date }, expected: undefined },
    { title: 'more than a day', headers: { 'retry-after': '999999999' }, expected: 86_400_000 },
    { title: 'a word', headers: { 'retry-after': 'soon', date }, expected: undefined },
    { title: 'nothing', headers: { date }, expected: undefined },
  ])('is $expected for $title', ({ headers, expected }) => {
    expect(parseRetryAfter(headers)).toBe(expected)
  })
})
