import type { Disturbance, FaultProxy } from '@mailtrail/testing'
import type { ChaosFault } from './chaos-fault.ts'
import type { ChaosFleet } from './chaos-fleet.ts'
import type { Wires } from './fleet-member.ts'

/** What happens between processes and what they talk to. Where the lake is a folder there is no way to it. */
export const networkFaults: readonly ChaosFault[] = [
  wireFault('redis', 'cut'),
  wireFault('redis', 'hang'),
  wireFault('api', 'cut'),
  wireFault('api', 'hang'),
  wireFault('api', 'slow'),
  wireFault('api', 'half'),
  { name: 'a slow SIEM', begin: async ({ siem }) => disturb([siem], 'slow') },
  { name: 'a SIEM that does not answer', begin: async ({ siem }) => disturb([siem], 'hang') },
]

export const storeWireFaults: readonly ChaosFault[] = [
  wireFault('store', 'cut'),
  wireFault('store', 'hang'),
  wireFault('store', 'slow'),
  wireFault('store', 'half'),
]

function wireFault(wire: keyof Wires, disturbance: Disturbance): ChaosFault {
  return {
    name: `${wire} ${disturbance} for some roles`,
    begin: async ({ members }: ChaosFleet, random) => {
      const drawn = members.filter(() => random.chance(0.5))
      return disturb(
        drawn.flatMap(({ wires }) => wires[wire] ?? []),
        disturbance,
      )
    },
  }
}

function disturb(proxies: readonly FaultProxy[], disturbance: Disturbance): () => Promise<void> {
  for (const proxy of proxies) proxy.disturb(disturbance)
  return async () => {
    for (const proxy of proxies) proxy.disturb('none')
  }
}
