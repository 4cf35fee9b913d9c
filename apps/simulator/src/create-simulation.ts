import { createTokenAuthority } from './access-token.ts'
import { createSimulatedClock } from './clock.ts'
import { createFaultTurns } from './content-fault.ts'
import { createDeliveredRecords } from './delivered-records.ts'
import { createMetrics } from './metrics.ts'
import { createFaultPlay } from './play-faults.ts'
import { createRequestBudget } from './request-budget.ts'
import type { Simulation } from './simulation.ts'
import { createSubscriptions } from './subscriptions.ts'
import type { World } from './world.ts'

/** A world at its beginning, with nothing done to it yet. */
export function createSimulation(
  world: World,
  place: Pick<Simulation, 'origin' | 'foreignOrigin' | 'seed' | 'siemSecret'>,
  speed: number,
): Simulation {
  return {
    world,
    ...place,
    clock: createSimulatedClock(world.start, speed, () => performance.now()),
    tokens: createTokenAuthority(),
    subscriptions: createSubscriptions(world.tenants),
    faults: createFaultTurns(),
    faultPlay: createFaultPlay(),
    budget: createRequestBudget(() => performance.now()),
    lastStarts: new Map(),
    delivered: createDeliveredRecords(),
    metrics: createMetrics(),
    deliveries: [],
  }
}
