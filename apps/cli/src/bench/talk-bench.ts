import type { Measure } from './bench-result.ts'
import { measureTalk } from './talk/measure-talk.ts'

export const talkBench: readonly Measure[] = [(place) => measureTalk(place, { contents: 2_000, rounds: 5 })]
