import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import type { Measure } from '../bench-result.ts'
import { measureArrival } from './measure-arrival.ts'
import { measureFairness } from './measure-fairness.ts'

const small = { smallTenants: 5, contentsEach: 3, bigContents: 200, measuredContents: 60 }

const measures: readonly { readonly name: string; readonly measure: Measure; readonly units: readonly string[] }[] = [
  { name: 'the wait', measure: (place) => measureFairness(place, { ...small, rounds: 1 }), units: ['ms', 'contents/s'] },
  { name: 'the share', measure: (place) => measureArrival(place, { contents: 2_000, withinMs: 200, rounds: 1 }), units: ['%'] },
]

test.each(measures)(
  '$name is measured, here on little data',
  async ({ measure, units }) => {
    await using place = await temporaryFolder()
    const results = await measure({ folder: place.path, onStep: () => {} })
    expect(results.map(({ unit }) => unit)).toEqual(units)
    expect(results.every(({ value }) => value > 0)).toBe(true)
  },
  60_000,
)
