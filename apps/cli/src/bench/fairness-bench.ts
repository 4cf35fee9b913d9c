import type { Measure } from './bench-result.ts'
import { measureArrival } from './fairness/measure-arrival.ts'
import { measureFairness } from './fairness/measure-fairness.ts'

export const fairnessBench: readonly Measure[] = [
  (place) => measureFairness(place, { smallTenants: 99, contentsEach: 10, bigContents: 50_000, measuredContents: 5_000, rounds: 5 }),
  (place) => measureArrival(place, { contents: 50_000, withinMs: 2_000, rounds: 5 }),
]
