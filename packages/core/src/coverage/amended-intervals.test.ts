import { expect, test } from 'vitest'
import { dayMs, hourMs, minuteMs } from '../interval.ts'
import { amendedIntervals } from './amended-intervals.ts'

const day = Date.parse('2024-03-11T00:00:00Z')
const horizonMs = 72 * hourMs
const time = day + 90 * minuteMs
const couldSettleAt = day + 2 * hourMs + horizonMs + 6 * hourMs

test.each([
  { title: 'a new record that came after its hour could be settled', enteredAt: couldSettleAt + 1, isNew: true, amended: 1 },
  { title: 'a new record long after', enteredAt: couldSettleAt + 300 * dayMs, isNew: true, amended: 1 },
  { title: 'a new record that came while its hour could not be settled', enteredAt: couldSettleAt, isNew: true, amended: 0 },
  { title: 'a record that was known', enteredAt: couldSettleAt + 1, isNew: false, amended: 0 },
])('$title amends $amended hours', ({ enteredAt, isNew, amended }) => {
  expect(amendedIntervals([{ time, enteredAt, isNew }], horizonMs)).toHaveLength(amended)
})

test('the mark is on the whole hour, and neighbouring hours are one interval', () => {
  const arrivals = [5, 1, 2, 1].map((hour) => ({ time: day + hour * hourMs + 59 * minuteMs, enteredAt: day + 9 * dayMs, isNew: true }))
  expect(amendedIntervals(arrivals, horizonMs)).toEqual([
    { from: day + hourMs, to: day + 3 * hourMs },
    { from: day + 5 * hourMs, to: day + 6 * hourMs },
  ])
})
