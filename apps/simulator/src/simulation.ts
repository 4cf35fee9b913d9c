import type { TokenAuthority } from './access-token.ts'
import type { SimulatedClock } from './clock.ts'
import type { FaultTurns } from './content-fault.ts'
import type { Metrics } from './metrics.ts'
import type { SiemDelivery } from './siem.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { SimulatedContent, SimulatedTenant, World } from './world.ts'

/** A world being played: what changes while clients use it. */
export interface Simulation {
  readonly world: World
  readonly origin: string
  readonly siemSecret: string
  readonly clock: SimulatedClock
  readonly tokens: TokenAuthority
  readonly subscriptions: Subscriptions
  readonly faults: FaultTurns
  readonly metrics: Metrics
  readonly deliveries: SiemDelivery[]
}

export function findTenant({ world }: Simulation, tenantId: string): SimulatedTenant | undefined {
  return world.tenants.find((tenant) => tenant.tenantId === tenantId.toLowerCase())
}

/** Contents the service has made listable by now: a content created while the subscription is off never becomes so. */
export function listableContents({ clock, subscriptions }: Simulation, tenant: SimulatedTenant): SimulatedContent[] {
  const now = clock.now()
  return tenant.contents.filter(
    ({ contentType, created, listedFrom }) =>
      created <= now && listedFrom <= now && subscriptions.stateAt(tenant.tenantId, contentType, created) === 'enabled',
  )
}
