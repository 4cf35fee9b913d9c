import type { Measure } from './bench-result.ts'
import { measureCompaction } from './lake/measure-compaction.ts'
import { measureLedger } from './lake/measure-ledger.ts'
import { measureQuestion } from './lake/measure-question.ts'

export const lakeBench: readonly Measure[] = [
  (place) => measureLedger(place, { days: 90, tenants: 2_000, surveyedDays: 30 }),
  (place) => measureQuestion(place, { days: 90, itemsPerDay: 111_112, contentsPerDay: 144 }),
  (place) => measureCompaction(place, { items: 1_000_000, contents: 20_000 }),
]
