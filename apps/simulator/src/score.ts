import { isObtainable } from './is-obtainable.ts'
import { digestRecords, mailOperation, operationOf } from './record-digest.ts'
import { listableContents, type Simulation } from './simulation.ts'
import type { AuditedRecord, SimulatedTenant } from './world.ts'

/** How well a collector did so far. Records are compared by `Id` and digest. */
export interface Score {
  /** The operations whose records count; `all` is every one. */
  readonly operations: readonly string[]
  /** Distinct records that a correct collector has by now. */
  readonly expected: number
  /** Of these, the ones that were delivered as they are. */
  readonly delivered: number
  /** Of these, the ones of which no copy was delivered, right or altered. */
  readonly missing: number
  /** Right copies beyond the first. */
  readonly duplicated: number
  /** Copies with the `Id` of an expected record, and other content. */
  readonly altered: number
  /** Copies of records that the service does not hold for any tenant. */
  readonly unexpected: number
  /** Delivered lines and files that are no record. */
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
  const { tokensAtForeignHost, misplacedTokens, callsOverBudget, withoutPublisherIdentifier, ...conduct } = simulation.metrics.snapshot()
  return {
    operations,
    ...scoreRecords(simulation, operations),
    unreadable: simulation.delivered.unreadable(),
    tokensLeaked: sum(Object.values(tokensAtForeignHost)) + misplacedTokens,
    leaks: { foreignHost: tokensAtForeignHost, otherPlace: misplacedTokens },
    callsOverBudget,
    callsWithoutPublisherIdentifier: withoutPublisherIdentifier,
    listingsBeyond24Hours: conduct.listingsBeyond24Hours,
    startsWithin15Minutes: conduct.startsWithin15Minutes,
  }
}

type RecordScore = Pick<Score, 'expected' | 'delivered' | 'missing' | 'duplicated' | 'altered' | 'unexpected' | 'examples'>

function scoreRecords(simulation: Simulation, operations: readonly string[]): RecordScore {
  const held = simulation.world.tenants.flatMap((tenant) => heldRecords(simulation, tenant, operations))
  const heldKeys = new Set(held.map(({ record }) => keyOf(record)))
  const heldIds = new Set(held.map(({ record }) => record.id))
  const expected = new Map(held.flatMap(({ record, isExpected }) => (isExpected ? [[keyOf(record), record]] : [])))
  const copies = simulation.delivered.copies()
  const right = copies.filter(({ record }) => expected.has(keyOf(record)))
  const altered = copies.filter(({ record }) => heldIds.has(record.id) && !heldKeys.has(keyOf(record)))
  const unexpected = copies.filter(({ record }) => !heldIds.has(record.id) && counts(operations, record.operation))
  const found = new Set([...right, ...altered].map(({ record }) => record.id))
  const missing = [...expected.values()].filter(({ id }) => !found.has(id))
  return {
    expected: expected.size,
    delivered: right.length,
    missing: missing.length,
    duplicated: sum(right.map(({ count }) => count - 1)),
    altered: sum(altered.map(({ count }) => count)),
    unexpected: sum(unexpected.map(({ count }) => count)),
    examples: {
      missing: missing.slice(0, exampleCount).map(({ id }) => id),
      altered: altered.slice(0, exampleCount).map(({ record }) => record.id),
      unexpected: unexpected.slice(0, exampleCount).map(({ record }) => record.id),
    },
  }
}

/** All records of a tenant's feed; expected are those that are listable by now and can be had. The others are no mistake to deliver. */
function heldRecords(
  simulation: Simulation,
  tenant: SimulatedTenant,
  operations: readonly string[],
): readonly { readonly record: AuditedRecord; readonly isExpected: boolean }[] {
  const obtainable = listableContents(simulation, tenant).filter((content) => isObtainable(simulation.seed, tenant, content))
  const expectedIds = new Set(obtainable.map(({ contentId }) => contentId))
  return tenant.contents.flatMap(({ contentId, records }) =>
    digestRecords(records().filter((record) => counts(operations, operationOf(record)))).map((record) => ({
      record,
      isExpected: expectedIds.has(contentId),
    })),
  )
}

function counts(operations: readonly string[], operation: string): boolean {
  return operations.includes('all') || operations.includes(operation)
}

function keyOf({ id, sha256 }: AuditedRecord): string {
  return `${id} ${sha256}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
