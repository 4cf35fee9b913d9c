import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from './random.ts'

const draw = (random: Random) => [random.next(), random.int(1, 1000), random.hex(20), random.guid(), random.sample([1, 2, 3, 4, 5, 6], 6)]

describe(createRandom, () => {
  test('chooses the same again for the same seed, and otherwise for another', () => {
    expect(draw(createRandom('a'))).toEqual(draw(createRandom('a')))
    expect(draw(createRandom('a'))).not.toEqual(draw(createRandom('b')))
  })

  test('a fork does not depend on what its parent chose before', () => {
    const parent = createRandom('a')
    const before = draw(parent.fork('part'))
    parent.next()
    expect(draw(parent.fork('part'))).toEqual(before)
    expect(draw(parent.fork('other'))).not.toEqual(before)
  })

  test('stays within its ranges', () => {
    const random = createRandom('ranges')
    const numbers = Array.from({ length: 1000 }, () => random.int(-2, 2))
    expect(new Set(numbers)).toEqual(new Set([-2, -1, 0, 1, 2]))
    expect(random.hex(13)).toMatch(/^[0-9a-f]{13}$/)
    expect(random.guid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(random.sample([1, 2, 3], 9).sort()).toEqual([1, 2, 3])
    expect(() => random.pick([])).toThrow(RangeError)
  })
})
