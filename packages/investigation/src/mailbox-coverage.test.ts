import { type CoverageInterval, type CoverageState, dayMs, hourMs, type Interval } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { mailboxCoverage, vouchedIntervals } from './mailbox-coverage.ts'

const from = Date.UTC(2024, 2, 14)
const range: Interval = { from, to: from + 4 * dayMs }
const settled: CoverageInterval[] = [{ ...range, state: 'settled' }]
const at = (hours: number) => from + hours * hourMs

/** The result as `hour..hour state`, counted from the range's start. */
function picture(intervals: readonly CoverageInterval[]): string[] {
  return intervals.map((interval) => `${(interval.from - from) / hourMs}..${(interval.to - from) / hourMs} ${interval.state}`)
}

describe(mailboxCoverage, () => {
  test.each([
    { title: 'no record at all', recordTimes: [], expected: ['0..96 unverified'] },
    { title: 'one record', recordTimes: [at(48)], expected: ['0..24 unverified', '24..72 settled', '72..96 unverified'] },
    { title: 'records either side, a week apart', recordTimes: [at(-84), at(84)], expected: ['0..96 settled'] },
    {
      title: 'records either side, more than a week apart',
      recordTimes: [at(-85), at(84)],
      expected: ['0..60 unverified', '60..96 settled'],
    },
    { title: 'a record before the range', recordTimes: [at(-12)], expected: ['0..12 settled', '12..96 unverified'] },
    { title: 'records in any order', recordTimes: [at(90), at(10), at(50)], expected: ['0..96 settled'] },
  ])('$title vouches for a day either side and for at most a week between', ({ recordTimes, expected }) => {
    expect(picture(mailboxCoverage(settled, { throttled: [], recordTimes }, range))).toEqual(expected)
  })

  test('throttled time stands out of settled time, cut to the range', () => {
    const throttled = [
      { from: at(-5), to: at(19) },
      { from: at(80), to: at(104) },
    ]
    const intervals = mailboxCoverage(settled, { throttled, recordTimes: [at(0), at(90)] }, range)
    expect(picture(intervals)).toEqual(['0..19 throttled', '19..80 settled', '80..96 throttled'])
    expect(intervals[0]).toMatchObject({ recoverable: false, cause: expect.stringContaining('no Bind records') })
  })

  test.each<{ tenant: CoverageState; expected: string[] }>([
    { tenant: 'provisional', expected: ['0..10 provisional', '10..34 throttled', '34..96 provisional'] },
    { tenant: 'gap_collector', expected: ['0..96 gap_collector'] },
    { tenant: 'outside', expected: ['0..96 outside'] },
  ])('the worst state wins over a $tenant tenant', ({ tenant, expected }) => {
    const throttled = [{ from: at(10), to: at(34) }]
    expect(picture(mailboxCoverage([{ ...range, state: tenant, cause: 'c' }], { throttled, recordTimes: [at(0), at(90)] }, range))).toEqual(
      expected,
    )
  })

  test('a time the tenant coverage does not tile is a gap', () => {
    const tenant: CoverageInterval[] = [{ from: at(0), to: at(40), state: 'settled' }]
    expect(picture(mailboxCoverage(tenant, { throttled: [], recordTimes: [at(0), at(90)] }, range))).toEqual([
      '0..40 settled',
      '40..96 gap_collector',
    ])
  })

  test('neighbours of one state and cause are merged, others are kept apart', () => {
    const tenant: CoverageInterval[] = [
      { from: at(0), to: at(10), state: 'gap_collector', cause: 'a' },
      { from: at(10), to: at(20), state: 'gap_collector', cause: 'a' },
      { from: at(20), to: at(96), state: 'gap_collector', cause: 'b' },
    ]
    expect(picture(mailboxCoverage(tenant, { throttled: [], recordTimes: [at(0), at(90)] }, range))).toEqual([
      '0..20 gap_collector',
      '20..96 gap_collector',
    ])
  })

  test('the result tiles the range, whatever goes in', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const next = randomHours(seed)
      const times = Array.from({ length: 3 }, next)
      const throttled = Array.from({ length: 2 }, next).map((start) => ({ from: start, to: start + dayMs }))
      const cut = at(Math.abs(next() - from) / hourMs / 4)
      const tenant: CoverageInterval[] = [
        { from, to: cut, state: 'provisional' },
        { from: cut, to: range.to, state: 'settled' },
      ]
      const result = mailboxCoverage(tenant, { throttled, recordTimes: times }, range)
      expect(result[0]?.from).toBe(range.from)
      expect(result.at(-1)?.to).toBe(range.to)
      for (const [index, interval] of result.entries()) expect(interval.from).toBe(result[index - 1]?.to ?? range.from)
    }
  })
})

test(vouchedIntervals, () => {
  expect(vouchedIntervals([at(0), at(169)])).toEqual([
    { from: at(-24), to: at(24) },
    { from: at(145), to: at(193) },
  ])
})

function randomHours(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return at((state % 240) - 72)
  }
}
