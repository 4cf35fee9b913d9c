import type { TokenAuthority } from './access-token.ts'
import type { SimulatedClock } from './clock.ts'
import type { FaultTurns } from './content-fault.ts'
import type { DeliveredRecords } from './delivered-records.ts'
import type { Metrics } from './metrics.ts'
import type { FaultPlay } from './play-faults.ts'
import type { RequestBudget } from './request-budget.ts'
import type { SiemDelivery } from './siem.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { SimulatedContent, SimulatedTenant, World } from './world.ts'

/** A world being played: what changes while clients use it. */
export interface Simulation {
  readonly world: World
  readonly origin: string
  /** Another host of this process, which writes down the tokens it is handed. */
  readonly foreignOrigin: string
  readonly seed: string
  readonly siemSecret: string
  readonly clock: SimulatedClock
  readonly tokens: TokenAuthority
  readonly subscriptions: Subscriptions
  readonly faults: FaultTurns
  readonly faultPlay: FaultPlay
  readonly budget: RequestBudget
  /** Simulated time of the last start, by tenant and content type. */
  readonly lastStarts: Map<string, number>
  readonly delivered: DeliveredRecords
  readonly metrics: Metrics
  readonly deliveries: SiemDelivery[]
}

export function findTenant({ world }: Simulation, tenantId: string): SimulatedTenant | undefined {
  return world.tenants.find((tenant) => tenant.tenantId === tenantId.toLowerCase())
}

/** Contents the service has made listable by now: a content created while the subscription is off never becomes so. */
export function listableContents(simulation: Simulation, tenant: SimulatedTenant): SimulatedContent[] {
  const now = simulation.clock.now()
  return tenant.contents
    .filter(
      ({ contentType, created }) => created <= now && simulation.subscriptions.stateAt(tenant.tenantId, contentType, created) === 'enabled',
    )
    .map((content) => afterFirstData(simulation, tenant, content))
    .filter(({ listedFrom }) => listedFrom <= now)
}

function afterFirstData({ subscriptions }: Simulation, tenant: SimulatedTenant, content: SimulatedContent): SimulatedContent {
  if (tenant.firstDataAfterMs === undefined) return content
  const start = subscriptions.lastStart(tenant.tenantId, content.contentType, content.created)
  return start ? { ...content, listedFrom: Math.max(content.listedFrom, start.at + tenant.firstDataAfterMs) } : content
}
