import type { Answer, SimulatorRequest } from '../answer.ts'
import type { Random } from '../random.ts'
import type { Simulation } from '../simulation.ts'
import type { SimulatedContent, SimulatedTenant, TenantFault } from '../world.ts'

export const faultOperations = ['token', 'start', 'stop', 'list-subscriptions', 'list-content', 'fetch-content'] as const
export type FaultOperation = (typeof faultOperations)[number]

export const parameterNames = ['seconds', 'minutes', 'hours', 'megabytes', 'status'] as const
type ParameterName = (typeof parameterNames)[number]

/** Every parameter has a value: the scenario's, else the catalogue's, else 0. */
export type FaultParameters = Readonly<Record<ParameterName, number>>

/** What a correct collector ends with: everything there is, or a span of time it calls incomplete, with the right cause. */
type FaultEnd = 'whole' | 'gap_subscription' | 'gap_collector' | 'gap_upstream' | 'unverified'

export interface FaultEnds {
  /** When the fault is over while everything can still be listed and fetched. */
  readonly passing: FaultEnd
  /** When it never ends. */
  readonly lasting: FaultEnd
}

/** One call that a fault may meet. */
export interface FaultCall {
  readonly simulation: Simulation
  readonly tenant: SimulatedTenant
  readonly operation: FaultOperation
  readonly request: SimulatorRequest
  readonly parameters: FaultParameters
  /** How often this fault was considered for calls like this one, from 1. */
  readonly nth: number
  /** The fault's own, for as long as the simulator runs. */
  readonly memory: Map<string, string>
  /** What the service answers by itself. */
  serve(request: SimulatorRequest): Answer
}

/** A fault that answers in place of the service, or lets the call pass (`undefined`). Of several, the first that fires wins. */
interface AnswerFault {
  readonly acts: 'answer'
  readonly answer: (call: FaultCall) => Answer | undefined
}

/** A fault that changes whatever is answered, or has nothing to change (`undefined`). Several compose, in the order of the scenario. */
interface ChangeFault {
  readonly acts: 'change'
  readonly change: (answer: Answer, call: FaultCall) => Answer | undefined
}

/** A fault of what the service holds, played before the run: `from`, `to` and `times` choose contents by their creation. */
interface FeedFault {
  readonly acts: 'feed'
  readonly contents?: (content: SimulatedContent, context: FeedFaultContext) => readonly SimulatedContent[]
  readonly tenant?: (tenant: SimulatedTenant, fault: TenantFault) => SimulatedTenant
}

export interface FeedFaultContext {
  readonly tenant: SimulatedTenant
  readonly parameters: FaultParameters
  /** Of this fault and this content. */
  readonly random: Random
}

/** A named fault. `ends` is about the operations that bring records; the catalogue derives it for the others. */
export type FaultDefinition = (AnswerFault | ChangeFault | FeedFault) & {
  readonly name: string
  readonly operations: readonly FaultOperation[]
  readonly meaning: string
  readonly source: string
  readonly ends: FaultEnds
  /** Those the scenario may set, with their defaults. */
  readonly parameters?: Partial<FaultParameters>
}

export const feedOperations: readonly FaultOperation[] = ['start', 'stop', 'list-subscriptions', 'list-content', 'fetch-content']

export const harmless: FaultEnds = { passing: 'whole', lasting: 'whole' }
export const collectorsGap: FaultEnds = { passing: 'whole', lasting: 'gap_collector' }
export const upstreamGap: FaultEnds = { passing: 'whole', lasting: 'gap_upstream' }
export const subscriptionGap: FaultEnds = { passing: 'gap_subscription', lasting: 'gap_subscription' }
