import type { ChaosFault } from './chaos-fault.ts'
import { networkFaults } from './network-faults.ts'
import { processFaults } from './process-faults.ts'
import { redisFaults } from './redis-faults.ts'

/** What goes wrong wherever the lake lies. Throttling and broken answers of the API are in the world itself. */
export const allFaults: readonly ChaosFault[] = [...processFaults, ...redisFaults, ...networkFaults]
