import { findFault } from './fault-catalogue.ts'
import { isChosen, isLostForGood } from './play-faults.ts'
import type { SimulatedContent, SimulatedTenant, TenantFault } from './world.ts'

/** Whether a content can be had at all, by a client that tries from its first listing to its expiration. */
export function isObtainable(seed: string, tenant: SimulatedTenant, content: SimulatedContent): boolean {
  if (content.expires <= content.listedFrom) return false
  if (content.fault && content.fault.times === undefined) return false
  return !tenant.faults.some((fault) => isAlwaysInTheWay(seed, tenant, fault, content))
}

function isAlwaysInTheWay(seed: string, tenant: SimulatedTenant, fault: TenantFault, content: SimulatedContent): boolean {
  const definition = findFault(fault.fault)
  if (!definition || definition.acts === 'feed' || definition.ends.lasting === 'whole') return false
  const isMet = fault.operations.includes('fetch-content') && (fault.contentId ?? content.contentId) === content.contentId
  const isLasting =
    fault.times === undefined && fault.timesEach === undefined && fault.from <= content.listedFrom && fault.to >= content.expires
  if (!isMet || !isLasting) return false
  // A fault that is drawn anew at each attempt lets one pass at last.
  return isLostForGood(definition) ? isChosen(seed, tenant, fault, `fetch-content ${content.contentId}`) : fault.probability === 1
}
