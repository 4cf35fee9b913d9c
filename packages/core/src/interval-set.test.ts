import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Interval } from './interval.ts'
import { touches, union, within, without } from './interval-set.ts'

const span = fc.tuple(fc.nat(20), fc.nat(6)).map(([from, length]): Interval => ({ from, to: from + length }))
const spans = fc.array(span, { maxLength: 8 })
const times = Array.from({ length: 28 }, (_, time) => time)
const holds = (set: readonly Interval[], time: number): boolean => set.some(({ from, to }) => from <= time && time < to)

test('sets of time hold what the words say, in order and with no two touching', () => {
  fc.assert(
    fc.property(spans, spans, (a, b) => {
      for (const time of times) {
        expect(holds(union([...a, ...b]), time)).toBe(holds(a, time) || holds(b, time))
        expect(holds(within(a, b), time)).toBe(holds(a, time) && holds(b, time))
        expect(holds(without(a, b), time)).toBe(holds(a, time) && !holds(b, time))
        expect(touches(union(a), { from: time, to: time + 1 })).toBe(holds(a, time))
      }
      for (const set of [union(a), within(a, b), without(a, b)]) {
        for (const [index, { from, to }] of set.entries()) expect(from < to && from > (set[index - 1]?.to ?? -1)).toBe(true)
      }
    }),
  )
})
