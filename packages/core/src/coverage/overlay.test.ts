import fc from 'fast-check'
import { expect, test } from 'vitest'
import { overlay } from './overlay.ts'

test('at every time the first span that covers it shows, and neighbouring times of one span are one piece', () => {
  const span = fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 6 })).map(([from, length]) => ({ from, to: from + length }))
  fc.assert(
    fc.property(fc.array(span, { maxLength: 10 }), (given) => {
      const spans = given.map((interval, name) => ({ ...interval, name }))
      const pieces = overlay(spans)
      const nameAt = (set: typeof spans, time: number): number | undefined => set.find(({ from, to }) => from <= time && time < to)?.name
      for (let time = 0; time < 27; time++) expect(nameAt(pieces, time)).toBe(nameAt(spans, time))
      for (const [index, { from, name }] of pieces.entries()) {
        const before = pieces[index - 1]
        expect(before === undefined || before.to < from || (before.to === from && before.name !== name)).toBe(true)
      }
    }),
  )
})
