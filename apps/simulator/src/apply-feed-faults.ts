import { findFault } from './fault-catalogue.ts'
import type { FaultDefinition } from './faults/fault-definition.ts'
import { isChosen } from './play-faults.ts'
import { createRandom } from './random.ts'
import type { SimulatedContent, SimulatedTenant, TenantFault } from './world.ts'

type FeedFault = Extract<FaultDefinition, { readonly acts: 'feed' }>

/** A tenant whose feed holds what its faults make of it; they are applied in the order of the scenario. */
export function applyFeedFaults(tenant: SimulatedTenant, seed: string): SimulatedTenant {
  return tenant.faults.reduce((changed, fault) => {
    const definition = findFault(fault.fault)
    return definition?.acts === 'feed' ? applyFault(changed, fault, definition, seed) : changed
  }, tenant)
}

function applyFault(tenant: SimulatedTenant, fault: TenantFault, definition: FeedFault, seed: string): SimulatedTenant {
  const { contents: change, tenant: changeTenant } = definition
  if (!change) return changeTenant?.(tenant, fault) ?? tenant
  const chosen = new Set(chooseContents(tenant, fault, seed))
  const changeOne = (content: SimulatedContent): readonly SimulatedContent[] => {
    const random = createRandom(`${seed} ${tenant.tenantId} ${fault.fault} ${content.contentId}`)
    return change(content, { tenant, parameters: fault.parameters, random })
  }
  return { ...tenant, contents: tenant.contents.flatMap((content) => (chosen.has(content) ? changeOne(content) : [content])) }
}

function chooseContents(tenant: SimulatedTenant, fault: TenantFault, seed: string): SimulatedContent[] {
  const { from, to, times, contentId } = fault
  return tenant.contents
    .filter((content) => content.created >= from && content.created < to && (contentId === undefined || content.contentId === contentId))
    .filter((content) => isChosen(seed, tenant, fault, content.contentId))
    .toSorted((a, b) => a.created - b.created)
    .slice(0, times)
}
