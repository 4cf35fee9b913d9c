import { dayMs, hourMs } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { mayAmend } from './may-amend.ts'

const day = Date.parse('2024-03-11T00:00:00Z')
const horizonMs = 72 * hourMs
/** The hour from 9 to 10 could be settled from then on. */
const couldSettleAt = day + 10 * hourMs + horizonMs + 6 * hourMs
const listing = (serviceDate: number) => ({ serviceDate, localDate: serviceDate, pages: 1, contents: 1 })

test.each([
  { title: 'of a sweep after its hour could be settled', entry: 'sweep-settle', start: day, at: couldSettleAt + 1, expected: true },
  { title: 'of a sweep in time', entry: 'sweep-24h', start: day, at: couldSettleAt, expected: false },
  {
    title: 'of a window that its hour waited for, such as one that is collected afterwards',
    entry: 'listed',
    start: day + 9 * hourMs,
    at: day + 9 * dayMs,
    expected: false,
  },
  {
    title: 'of a window that no answer about its hour waited for',
    entry: 'listed',
    start: day + 8 * dayMs,
    at: day + 8 * dayMs + hourMs,
    expected: true,
  },
] as const)('a record in a listing $title amends: $expected', ({ entry, start, at, expected }) => {
  const isAmending = mayAmend({ entry, contentType: 'Audit.Exchange', start, listing: listing(at) }, horizonMs)
  expect(isAmending(day + 9.5 * hourMs)).toBe(expected)
})

test('what is peeked at amends only hours long before its window', () => {
  const isAmending = mayAmend({ entry: 'listed', contentType: 'Audit.Exchange', start: day + 8 * dayMs, listing: null }, horizonMs)
  expect([day, day + 7 * dayMs].map(isAmending)).toEqual([true, false])
})
