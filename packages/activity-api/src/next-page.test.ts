import { describe, expect, test } from 'vitest'
import { createCircleDetector, nextPage } from './next-page.ts'

describe(nextPage, () => {
  test.each([
    { title: 'the documented name', headers: { nextpageuri: 'a' }, expected: 'a' },
    { title: 'the other spelling', headers: { nextpageurl: 'b' }, expected: 'b' },
    { title: 'both', headers: { nextpageurl: 'b', nextpageuri: 'a' }, expected: 'a' },
    { title: 'neither', headers: { link: 'c' }, expected: undefined },
    { title: 'an empty value', headers: { nextpageuri: ' ' }, expected: undefined },
  ])('is $expected for $title', ({ headers, expected }) => {
    expect(nextPage(headers)).toBe(expected)
  })
})

describe(createCircleDetector, () => {
  test('lets ten thousand different pages pass', () => {
    const isCircle = createCircleDetector()
    expect(Array.from({ length: 10_000 }, (_, page) => isCircle(`${page}`)).filter(Boolean)).toEqual([])
  })

  test.each([
    { before: 0, length: 1 },
    { before: 1, length: 1 },
    { before: 5, length: 3 },
    { before: 100, length: 7 },
    { before: 3, length: 1000 },
  ])('finds a circle of $length pages after $before others', ({ before, length }) => {
    const isCircle = createCircleDetector()
    const pageAt = (index: number) => `${index < before ? index : before + ((index - before) % length)}`
    const found = Array.from({ length: 3 * (before + length) + 2 }, (_, index) => isCircle(pageAt(index))).indexOf(true)
    expect(found).toBeGreaterThanOrEqual(before + length)
  })
})
