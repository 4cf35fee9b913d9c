import type { Measure } from './bench-result.ts'
import { measureSelect } from './select/measure-select.ts'

const size = { bytes: 50_000_000, rounds: 5 }

export const selectBench: readonly Measure[] = [
  (place) => measureSelect(place, { ...size, share: 0.01, goal: 12 }),
  (place) => measureSelect(place, { ...size, share: 0.2, goal: 20 }),
  (place) => measureSelect(place, { ...size, share: 1, goal: 20 }),
]
