import { dayMs } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { parseDays } from './parse-days.ts'

const today = Date.parse('2024-03-20T00:00Z')
const defaults = { to: today, from: (to: number) => to - 2 * dayMs }

test.each([
  { asked: {}, days: ['2024-03-18', '2024-03-20'] },
  { asked: { to: '2024-03-10' }, days: ['2024-03-08', '2024-03-10'] },
  { asked: { from: '2024-03-12T22:00Z' }, days: ['2024-03-12', '2024-03-20'] },
  { asked: { from: '2024-03-12', to: '2024-03-12T00:01Z' }, days: ['2024-03-12', '2024-03-13'] },
])('$asked are the days $days', ({ asked, days }) => {
  const { from, to } = parseDays(asked, defaults)
  expect([from, to].map((time) => new Date(time).toISOString())).toEqual(days.map((date) => `${date}T00:00:00.000Z`))
})

test.each([{ from: '2024-03-12', to: '2024-03-12' }, { from: '2024-03-21' }])('$from to $to is no day', (asked) => {
  expect(() => parseDays(asked, defaults)).toThrow(expect.objectContaining({ code: 'TIME_INVALID' }))
})
