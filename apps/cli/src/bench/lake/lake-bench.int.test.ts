import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import type { Measure } from '../bench-result.ts'
import { measureCompaction } from './measure-compaction.ts'
import { measureLedger } from './measure-ledger.ts'
import { measureQuestion } from './measure-question.ts'

const measures: readonly { readonly name: string; readonly measure: Measure; readonly units: readonly string[] }[] = [
  {
    name: 'the question',
    measure: (place) => measureQuestion(place, { days: 5, itemsPerDay: 3_000, contentsPerDay: 3 }),
    units: ['s', 'x', 's', 's'],
  },
  { name: 'the ledger', measure: (place) => measureLedger(place, { days: 2, tenants: 3, surveyedDays: 9 }), units: ['s', 's'] },
  { name: 'the compaction', measure: (place) => measureCompaction(place, { items: 300, contents: 5 }), units: ['MiB', 's'] },
]

test.each(measures)(
  '$name is measured, here on little data',
  async ({ measure, units }) => {
    await using place = await temporaryFolder()
    const steps: string[] = []
    const results = await measure({ folder: place.path, onStep: (text) => steps.push(text) })
    expect(results.map(({ unit }) => unit)).toEqual(units)
    expect(results.every(({ value }) => value > 0)).toBe(true)
    expect(steps.length).toBeGreaterThan(1)
  },
  120_000,
)
