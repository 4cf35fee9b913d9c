import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { throttleIntervals } from './throttle.ts'

const hour = 3_600_000
const twoMinutes = 120_000
const t = Date.parse('2024-03-14T09:00:00Z')

describe(throttleIntervals, () => {
  test.each([
    { title: 'no flagged record', flagged: [], expected: [] },
    { title: 'one', flagged: [t], expected: [{ from: t - twoMinutes, to: t + 24 * hour }] },
    { title: 'two in one day, out of order', flagged: [t + 3 * hour, t], expected: [{ from: t - twoMinutes, to: t + 27 * hour }] },
    {
      title: 'a second one just as the first interval ends',
      flagged: [t, t + 24 * hour + twoMinutes],
      expected: [{ from: t - twoMinutes, to: t + 48 * hour + twoMinutes }],
    },
    {
      title: 'a second one a millisecond later',
      flagged: [t, t + 24 * hour + twoMinutes + 1],
      expected: [
        { from: t - twoMinutes, to: t + 24 * hour },
        { from: t + 24 * hour + 1, to: t + 48 * hour + twoMinutes + 1 },
      ],
    },
  ])('of $title', ({ flagged, expected }) => expect(throttleIntervals(flagged)).toEqual(expected))

  test('are apart, in order, and cover every flagged record whatever its order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 * 24 * hour })), (flagged) => {
        const intervals = throttleIntervals(flagged)
        expect(throttleIntervals(flagged.toReversed())).toEqual(intervals)
        for (const [at, { from }] of intervals.entries()) expect(from).toBeGreaterThan(intervals[at - 1]?.to ?? -Infinity)
        for (const time of flagged) expect(intervals.some(({ from, to }) => from <= time - twoMinutes && to >= time + 24 * hour)).toBe(true)
      }),
    )
  })
})
