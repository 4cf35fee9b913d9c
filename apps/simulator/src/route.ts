import type { Answer, SimulatorRequest } from './answer.ts'
import type { Operation } from './metrics.ts'
import type { Simulation } from './simulation.ts'

/** One address of the simulator. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Matched against the whole path; the named group `tenant`, where there is one, is the tenant in the address. */
  readonly path: RegExp
  /** What the call counts as; the simulator's own controls are not counted. */
  readonly operation?: Operation
  /** Whether this is the Activity API: it takes a bearer token, and its clock is the simulated one. */
  readonly isFeed?: true
  handle(simulation: Simulation, request: SimulatorRequest, params: Readonly<Record<string, string>>): Answer
}
