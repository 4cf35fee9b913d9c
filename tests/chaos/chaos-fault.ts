import type { Random } from '../e2e/random.ts'
import type { ChaosFleet } from './chaos-fleet.ts'

/** Something that goes wrong for a while. */
export interface ChaosFault {
  readonly name: string
  /** What it is done to, drawn once for the whole fault, so that the plan tells it. */
  begin(fleet: ChaosFleet, random: Random): Promise<() => Promise<void>>
}
