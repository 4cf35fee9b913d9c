import { describe, expect, test } from 'vitest'
import { faultOfWindow, toWindowQuery } from './window-query.ts'

const start = Date.UTC(2024, 1, 29, 23, 59, 58)
const day = 86_400_000

describe(toWindowQuery, () => {
  test.each([
    { title: 'whole seconds as they are', from: start, to: start + 1000, expected: ['2024-02-29T23:59:58', '2024-02-29T23:59:59'] },
    { title: 'parts of a second widened', from: start + 999, to: start + 1001, expected: ['2024-02-29T23:59:58', '2024-03-01T00:00:00'] },
  ])('sends $title', ({ from, to, expected }) => {
    expect(Object.values(toWindowQuery({ start: from, end: to }))).toEqual(expected)
  })
})

describe(faultOfWindow, () => {
  test.each([
    { title: 'of a day', from: 0, to: day, expected: undefined },
    { title: 'of a millisecond', from: 0, to: 1, expected: undefined },
    { title: 'longer than a day', from: 0, to: day + 1, expected: 'ACTIVITY_API_WINDOW_TOO_LONG' },
    { title: 'longer than a day once widened', from: 1, to: day + 1, expected: 'ACTIVITY_API_WINDOW_TOO_LONG' },
    { title: 'empty', from: 5, to: 5, expected: 'ACTIVITY_API_REQUEST_INVALID' },
    { title: 'backwards', from: 5, to: 4, expected: 'ACTIVITY_API_REQUEST_INVALID' },
    { title: 'of no number', from: Number.NaN, to: 4, expected: 'ACTIVITY_API_REQUEST_INVALID' },
  ])('finds $expected in a window $title', ({ from, to, expected }) => {
    expect(faultOfWindow({ start: from, end: to })).toBe(expected)
  })
})
