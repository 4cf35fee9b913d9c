import type { Answer, SimulatorRequest } from './answer.ts'
import { decodeSegment } from './decode-segment.ts'
import { findFault } from './fault-catalogue.ts'
import type { FaultCall, FaultDefinition, FaultOperation } from './faults/fault-definition.ts'
import { createRandom } from './random.ts'
import type { SimulatedTenant, TenantFault } from './world.ts'

/** A call to a tenant's endpoints, and what the service answers by itself. */
type PlainCall = Pick<FaultCall, 'simulation' | 'tenant' | 'operation' | 'request' | 'serve'>

/** The faults of a run, and how often each was met. */
export interface FaultPlay {
  answer(call: PlainCall): Answer
}

interface Turn {
  fired: number
  readonly considered: Map<string, number>
  readonly memory: Map<string, string>
}

export function createFaultPlay(): FaultPlay {
  const turns = new Map<TenantFault, Turn>()
  return {
    answer: (call) => {
      const answer = firstAnswer(turns, call) ?? call.serve(call.request)
      return call.tenant.faults.reduce((changed, fault) => {
        const definition = findFault(fault.fault)
        if (definition?.acts !== 'change') return changed
        return fire(turns, fault, definition, call, (whole) => definition.change(changed, whole)) ?? changed
      }, answer)
    },
  }
}

function firstAnswer(turns: Map<TenantFault, Turn>, call: PlainCall): Answer | undefined {
  for (const fault of call.tenant.faults) {
    const definition = findFault(fault.fault)
    const answer = definition?.acts === 'answer' ? fire(turns, fault, definition, call, definition.answer) : undefined
    if (answer) return answer
  }
  return undefined
}

/** Asks a fault whether it acts on this call; only a call it acts on counts towards its `times`. */
function fire(
  turns: Map<TenantFault, Turn>,
  fault: TenantFault,
  definition: FaultDefinition,
  call: PlainCall,
  act: (call: FaultCall) => Answer | undefined,
): Answer | undefined {
  const { operation, request } = call
  if (!fault.operations.includes(operation) || !concerns(fault, call)) return undefined
  const turn = turns.get(fault) ?? { fired: 0, considered: new Map(), memory: new Map() }
  turns.set(fault, turn)
  const name = nameOf(operation, request)
  const nth = (turn.considered.get(name) ?? 0) + 1
  turn.considered.set(name, nth)
  if (turn.fired >= (fault.times ?? Number.POSITIVE_INFINITY) || nth > (fault.timesEach ?? Number.POSITIVE_INFINITY)) return undefined
  if (!isChosen(call.simulation.seed, call.tenant, fault, isLostForGood(definition) ? name : `${name} ${nth}`)) return undefined
  const answer = act({ ...call, parameters: fault.parameters, nth, memory: turn.memory })
  if (answer) turn.fired += 1
  return answer
}

function concerns({ from, to, contentId }: TenantFault, { simulation, request }: PlainCall): boolean {
  const now = simulation.clock.now()
  return now >= from && now < to && (contentId === undefined || contentIdIn(request.url) === contentId)
}

function contentIdIn({ pathname }: URL): string {
  return decodeSegment(pathname.split('/').at(-1) ?? '')
}

/** What makes two calls the same call, made again. */
function nameOf(operation: FaultOperation, { url }: SimulatorRequest): string {
  if (operation === 'fetch-content') return `${operation} ${contentIdIn(url)}`
  const page = url.searchParams.has('nextPage') ? 'next' : 'first'
  return [operation, ...['contentType', 'startTime', 'endTime'].map((name) => url.searchParams.get(name)), page].join(' ')
}

/** The same for the same seed, tenant, fault and call, in whatever order calls arrive. */
export function isChosen(seed: string, { tenantId, faults }: SimulatedTenant, fault: TenantFault, name: string): boolean {
  return (
    fault.probability >= 1 || createRandom(`${seed} ${tenantId} ${faults.indexOf(fault)} ${fault.fault} ${name}`).chance(fault.probability)
  )
}

/** What is lost is lost at each attempt; other faults roll the dice again. */
export function isLostForGood({ ends }: FaultDefinition): boolean {
  return ends.lasting === 'gap_upstream'
}
