import type { World } from '../world.ts'

export function hospitalWorld(seed: string): World {
  throw new Error(`not yet ${seed}`)
}
