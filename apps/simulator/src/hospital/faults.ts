import type { Random } from '../random.ts'
import type { Fault, SimulatedContent } from '../world.ts'

/** Gives some contents a fault that passes: the service is busy or fails at first, and one transfer breaks off. */
export function giveFaults(random: Random, contents: readonly SimulatedContent[]): SimulatedContent[] {
  const [broken] = random.sample(contents, 1)
  return contents.map((content) => {
    if (content === broken) return { ...content, fault: { kind: 'truncate', times: 1 } }
    return random.chance(0.005) ? { ...content, fault: passingFault(random) } : content
  })
}

function passingFault(random: Random): Fault {
  const times = random.int(1, 2)
  return random.chance(0.5) ? { kind: 'throttle', times } : { kind: 'status', status: random.pick([500, 500, 503]), times }
}
