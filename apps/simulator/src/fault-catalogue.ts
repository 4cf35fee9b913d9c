import { contentFaults } from './faults/content-faults.ts'
import { type FaultDefinition, type FaultEnds, type FaultOperation, type FaultParameters, harmless } from './faults/fault-definition.ts'
import { listingFaults } from './faults/listing-faults.ts'
import { outageFaults } from './faults/outage-faults.ts'
import { pagingFaults } from './faults/paging-faults.ts'
import { refusalFaults } from './faults/refusal-faults.ts'
import { subscriptionFaults } from './faults/subscription-faults.ts'
import { throttleFaults } from './faults/throttle-faults.ts'
import { tokenFaults } from './faults/token-faults.ts'
import { transferFaults } from './faults/transfer-faults.ts'

const groups: Readonly<Record<string, readonly FaultDefinition[]>> = {
  tokens: tokenFaults,
  refusals: refusalFaults,
  throttling: throttleFaults,
  outages: outageFaults,
  subscriptions: subscriptionFaults,
  listings: listingFaults,
  pages: pagingFaults,
  transfers: transferFaults,
  contents: contentFaults,
}

const definitions: ReadonlyMap<string, FaultDefinition> = new Map(
  Object.values(groups)
    .flat()
    .map((definition) => [definition.name, definition]),
)

/** A row of the catalogue, as programs read it. */
export interface CatalogueRow {
  readonly name: string
  readonly group: string
  /** `answer`: in place of the service. `change`: of whatever is answered. `feed`: of what the service holds. */
  readonly acts: FaultDefinition['acts']
  readonly operations: readonly FaultOperation[]
  readonly meaning: string
  /** `reference` and `troubleshooting` are Microsoft's pages of these names; `seen` names who saw it; `inferred` is plausible. */
  readonly source: string
  /** With their defaults. */
  readonly parameters: Partial<FaultParameters>
  /** By operation, for a collector that is correct. */
  readonly endsWith: Readonly<Partial<Record<FaultOperation, FaultEnds>>>
}

export function findFault(name: string): FaultDefinition | undefined {
  return definitions.get(name)
}

export const faultCatalogue: readonly CatalogueRow[] = Object.entries(groups).flatMap(([group, faults]) =>
  faults.map((fault) => ({
    name: fault.name,
    group,
    acts: fault.acts,
    operations: fault.operations,
    meaning: fault.meaning,
    source: fault.source,
    parameters: fault.parameters ?? {},
    endsWith: Object.fromEntries(fault.operations.map((operation) => [operation, endsWith(fault, operation)])),
  })),
)

/** A fault says how it ends for the operations that bring records; of the others, a refusal hides or delays a subscription at worst. */
function endsWith({ ends }: FaultDefinition, operation: FaultOperation): FaultEnds {
  if (operation === 'stop') return harmless
  if (operation === 'start' && ends.lasting !== 'whole') return { passing: 'whole', lasting: 'gap_subscription' }
  if (operation === 'list-subscriptions' && ends.lasting === 'gap_collector') return { passing: 'whole', lasting: 'unverified' }
  return ends
}
