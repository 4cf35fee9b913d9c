import type { Measure } from './bench-result.ts'
import { measureMemory, measurePath } from './fetch/measure-path.ts'
import { measureStreams } from './fetch/measure-streams.ts'

const size = { bytes: 50_000_000, rounds: 5 }

export const fetchBench: readonly Measure[] = [
  (place) => measureStreams(place, { ...size, share: 0.01, goal: 80 }),
  (place) => measureStreams(place, { ...size, share: 0.2, goal: 75 }),
  (place) => measureStreams(place, { ...size, share: 1, goal: 60 }),
  (place) => measurePath(place, { contents: 1_000, rounds: 5 }),
  (place) => measureMemory(place, { contents: 2_000, largeBytes: 300_000_000, largeContents: 16 }),
]
