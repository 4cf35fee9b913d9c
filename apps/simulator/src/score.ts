import { findFault } from './fault-catalogue.ts'
import { isChosen, isLostForGood } from './play-faults.ts'
import { mailOperation } from './record-digest.ts'
import { listableContents, type Simulation } from './simulation.ts'
import type { AuditedRecord, SimulatedContent, SimulatedTenant, TenantFault } from './world.ts'

/** How well a collector did so far. The records are compared by `Id` and digest. */
export interface Score {
  /** The operations whose records count; `all` counts every one. */
  readonly operations: readonly string[]
  /** Distinct records that a correct collector has by now. */
  readonly expected: number
  /** Of these, the distinct ones that were delivered as they are. */
  readonly delivered: number
  /** Of these, the ones of which no copy was delivered, right or altered. */
  readonly missing: number
  /** Copies beyond the first. */
  readonly duplicated: number
  /** Copies with the `Id` of an expected record, and other content. */
  readonly altered: number
  /** Copies of records that the service does not hold for any tenant. */
  readonly unexpected: number
  readonly unreadable: number
  readonly tokensLeaked: number
  readonly leaks: { readonly foreignHost: Readonly<Record<string, number>>; readonly otherPlace: number }
  readonly callsOverBudget: number
  readonly callsWithoutPublisherIdentifier: number
  readonly listingsBeyond24Hours: number
  readonly startsWithin15Minutes: number
  /** Up to ten `Id`s each. */
  readonly examples: { readonly missing: readonly string[]; readonly altered: readonly string[]; readonly unexpected: readonly string[] }
}

const exampleCount = 10

/** @param operations - `['all']` for every operation */
export function scoreOf(simulation: Simulation, operations: readonly string[] = [mailOperation]): Score {
  const expected = new Map(
    simulation.world.tenants.flatMap((tenant) => expectedRecords(simulation, tenant)).map((record) => [keyOf(record), record]),
  )
  const counted = [...expected.values()].filter(({ operation }) => countsIn(operations, operation))
  const countedIds = new Set(counted.map(({ id }) => id))
  const copies = simulation.delivered.copies()
  const right = copies.filter(({ record }) => countedIds.has(record.id) && expected.has(keyOf(record)))
  const altered = copies.filter(({ record }) => countedIds.has(record.id) && !expected.has(keyOf(record)))
  const unexpected = copies.filter(({ record }) => countsIn(operations, record.operation) && !countedIds.has(record.id))
  const deliveredIds = new Set([...right, ...altered].map(({ record }) => record.id))
  const missing = counted.filter(({ id }) => !deliveredIds.has(id))
  const { tokensAtForeignHost, misplacedTokens, callsOverBudget, withoutPublisherIdentifier, ...conduct } = simulation.metrics.snapshot()
  return {
    operations,
    expected: counted.length,
    delivered: right.length,
    missing: missing.length,
    duplicated: sum(right.map(({ count }) => count - 1)),
    altered: sum(altered.map(({ count }) => count)),
    unexpected: sum(unexpected.map(({ count }) => count)),
    unreadable: simulation.delivered.unreadable(),
    tokensLeaked: sum(Object.values(tokensAtForeignHost)) + misplacedTokens,
    leaks: { foreignHost: tokensAtForeignHost, otherPlace: misplacedTokens },
    callsOverBudget,
    callsWithoutPublisherIdentifier: withoutPublisherIdentifier,
    listingsBeyond24Hours: conduct.listingsBeyond24Hours,
    startsWithin15Minutes: conduct.startsWithin15Minutes,
    examples: {
      missing: missing.slice(0, exampleCount).map(({ id }) => id),
      altered: altered.slice(0, exampleCount).map(({ record }) => record.id),
      unexpected: unexpected.slice(0, exampleCount).map(({ record }) => record.id),
    },
  }
}

function expectedRecords(simulation: Simulation, tenant: SimulatedTenant): readonly AuditedRecord[] {
  return listableContents(simulation, tenant)
    .filter((content) => !isLost(simulation, tenant, content))
    .flatMap((content) => content.records())
}

/** Whether a content can never be fetched, however often a client tries. */
function isLost(simulation: Simulation, tenant: SimulatedTenant, content: SimulatedContent): boolean {
  if (content.expires <= content.listedFrom) return true
  if (content.fault && content.fault.times === undefined) return true
  return tenant.faults.some((fault) => isNeverFetched(simulation.seed, tenant, fault, content))
}

function isNeverFetched(
  seed: string,
  tenant: SimulatedTenant,
  fault: TenantFault,
  { contentId, listedFrom, expires }: SimulatedContent,
): boolean {
  const definition = findFault(fault.fault)
  if (!definition || definition.acts === 'feed' || definition.ends.lasting === 'whole') return false
  const isLasting = fault.times === undefined && fault.timesEach === undefined && fault.from <= listedFrom && fault.to >= expires
  const isMet = fault.operations.includes('fetch-content') && (fault.contentId ?? contentId) === contentId
  if (!isLasting || !isMet) return false
  return isLostForGood(definition) ? isChosen(seed, tenant, fault, `fetch-content ${contentId}`) : fault.probability === 1
}

function countsIn(operations: readonly string[], operation: string): boolean {
  return operations.includes('all') || operations.includes(operation)
}

function keyOf({ id, sha256 }: { readonly id: string; readonly sha256: string }): string {
  return `${id} ${sha256}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
