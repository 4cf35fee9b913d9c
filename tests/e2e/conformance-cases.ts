import { hourMs, minuteMs } from '@mailtrail/core'
import type { Random } from './random.ts'
import { auditRecord, guid, recordTime, type ScenarioTenant } from './scenario.ts'

export const conformanceStart: number = Date.parse('2024-03-11T00:00:00Z')
/** Contents become available in these hours, so that what is late or fails for a while is found and fetched in the hours after. */
const feedHours = 6

export type FaultEnd = 'whole' | 'gap_subscription' | 'gap_collector' | 'gap_upstream' | 'unverified'

/** A fault of the simulator's catalogue, as it tells of itself. */
export interface CataloguedFault {
  readonly name: string
  readonly operations: readonly string[]
  readonly endsWith: Readonly<Record<string, { readonly passing: FaultEnd; readonly lasting: FaultEnd }>>
}

/** A tenant of the simulator with faults, and what a fleet that conforms ends with. */
export interface ConformanceCase {
  readonly name: string
  readonly tenant: ScenarioTenant
  /** Of several faults each may leave its mark; `whole` alone leaves none. */
  readonly ends: readonly FaultEnd[]
  /** When the content that holds a record is created, by the record's id. */
  createdOfRecord(id: string): number
}

interface PlacedFault {
  readonly fault: string
  readonly operations: readonly string[]
  readonly from: string
  readonly to?: string
  readonly probability?: number
}

/** Every fault alone, at each operation that it may meet: over after two hours, and never over. */
export function singleCases(catalogue: readonly CataloguedFault[]): ConformanceCase[] {
  return catalogue.flatMap((fault) =>
    meetableOperations(fault).flatMap((operation) =>
      (['passing', 'lasting'] as const).map((kind) => {
        const placed = placeFault(fault.name, operation, kind, isOfOnboarding(operation) ? 0 : 3)
        return conformanceCase(`${fault.name} ${operation} ${kind}`, [placed], [endOf(fault, operation, kind)])
      }),
    ),
  )
}

/** Two or three faults at once, each for a while or for good, at every call or at some. */
export function combinedCase(catalogue: readonly CataloguedFault[], random: Random, number: number): ConformanceCase {
  const chosen = Array.from({ length: random.between(2, 3) }, () => {
    const fault = random.pick(catalogue)
    const operation = random.pick(meetableOperations(fault))
    const kind = random.chance(0.75) ? 'passing' : 'lasting'
    const placed = placeFault(fault.name, operation, kind, isOfOnboarding(operation) ? 0 : random.between(1, 4))
    const probability = random.pick([1, 1, 0.5, 0.2])
    const title = `${fault.name} ${operation} ${kind} from hour ${(Date.parse(placed.from) - conformanceStart) / hourMs} at ${probability}`
    return { title, placed: { ...placed, probability }, end: endOf(fault, operation, kind) }
  })
  return conformanceCase(
    `combination ${number}: ${chosen.map(({ title }) => title).join(' + ')}`,
    chosen.map(({ placed }) => placed),
    chosen.map((one) => one.end),
  )
}

/** The fleet never stops a subscription. */
function meetableOperations({ operations }: CataloguedFault): readonly string[] {
  const meetable = operations.filter((operation) => operation !== 'stop')
  return meetable.length > 0 ? meetable : operations
}

/** Subscriptions are looked at when collection begins, and not again while nothing refuses. */
function isOfOnboarding(operation: string): boolean {
  return operation === 'start' || operation === 'list-subscriptions' || operation === 'stop'
}

function placeFault(fault: string, operation: string, kind: 'passing' | 'lasting', fromHour: number): PlacedFault {
  const iso = (hour: number): string => new Date(conformanceStart + hour * hourMs).toISOString()
  return { fault, operations: [operation], from: iso(fromHour), ...(kind === 'passing' && { to: iso(fromHour + 2) }) }
}

function endOf(fault: CataloguedFault, operation: string, kind: 'passing' | 'lasting'): FaultEnd {
  const end = fault.endsWith[operation]?.[kind] ?? 'whole'
  // By a service that dates itself hours ahead, the windows of the last hours should have been listed long ago.
  if (fault.name === 'date-hours-ahead' && kind === 'lasting') return 'gap_collector'
  // Never seen to be on, a subscription is unverified, whatever keeps it from being started.
  return end === 'gap_subscription' && operation === 'start' ? 'unverified' : end
}

function conformanceCase(name: string, faults: readonly PlacedFault[], ends: readonly FaultEnd[]): ConformanceCase {
  const isStarted = !faults.some(({ operations }) => operations.includes('start'))
  const times = new Map(contentTimes.map((created, index) => [guid(recordName(name, index)), created]))
  return {
    name,
    ends,
    tenant: { name, initiallySubscribed: isStarted, faults, contents: contents(name) },
    createdOfRecord: (id) => times.get(id) ?? Number.NaN,
  }
}

/** A content every half hour. */
const contentTimes = Array.from({ length: feedHours * 2 }, (_, index) => conformanceStart + (index + 1) * 30 * minuteMs)

/** Until the end there is a content every half hour, though an empty one, so that silence never looks like a lost subscription. */
const emptyTimes = Array.from({ length: 14 }, (_, index) => (contentTimes.at(-1) ?? 0) + (index + 1) * 30 * minuteMs)

/** Each with an access and a record of another kind. */
function contents(tenant: string): object[] {
  const empty = emptyTimes.map((created) => ({ created: new Date(created).toISOString(), records: [] }))
  return [...contentTimes.map(withRecords), ...empty]

  function withRecords(created: number, index: number): object {
    const time = recordTime(eventTime(created))
    return {
      created: new Date(created).toISOString(),
      records: [
        auditRecord({ tenant, id: recordName(tenant, index), time }),
        auditRecord({ tenant, id: `${recordName(tenant, index)}/other`, time, operation: 'Send' }),
      ],
    }
  }
}

/** The event time of the records of a content. */
export function eventTime(created: number): number {
  return created - 10 * minuteMs
}

function recordName(tenant: string, index: number): string {
  return `${tenant}/${index}`
}
