import { type Answer, jsonAnswer, type SimulatorRequest } from './answer.ts'
import { decodeSegment } from './decode-segment.ts'
import type { FaultOperation } from './faults/fault-definition.ts'
import { tooManyRequests } from './faults/throttle-faults.ts'
import type { Operation } from './metrics.ts'
import { noteConduct } from './note-conduct.ts'
import type { Route } from './route.ts'
import { contentRoute } from './routes/content.ts'
import { controlRoutes } from './routes/control.ts'
import { discoveryRoutes } from './routes/discovery.ts'
import { feedRoutes } from './routes/feed.ts'
import { scoreRoutes } from './routes/score.ts'
import { siemRoutes } from './routes/siem.ts'
import { tokenRoutes } from './routes/token.ts'
import { findTenant, type Simulation } from './simulation.ts'
import type { SimulatedTenant } from './world.ts'

const routes: readonly Route[] = [
  ...controlRoutes,
  ...scoreRoutes,
  ...siemRoutes,
  ...tokenRoutes,
  ...discoveryRoutes,
  ...feedRoutes,
  contentRoute,
]

const faultOperationOf: Readonly<Partial<Record<Operation, FaultOperation>>> = {
  token: 'token',
  start: 'start',
  stop: 'stop',
  list: 'list-subscriptions',
  content: 'list-content',
  fetch: 'fetch-content',
}

/** Finds the route of a request, answers it, by a fault of its tenant or as the service would, and counts the call. */
export function dispatch(simulation: Simulation, request: SimulatorRequest): Answer {
  const route = routes.find(({ method, path }) => method === request.method && path.test(request.url.pathname))
  const params = route ? decodeParams(route.path.exec(request.url.pathname)?.groups) : {}
  const answer = route ? answerRoute(simulation, request, route, params) : jsonAnswer(404, { error: 'There is nothing at this address.' })
  noteConduct(simulation, { request, route, tenantId: params.tenant, status: answer.status })
  simulation.metrics.countStatus(answer.status)
  return route?.isFeed ? withDate(answer, simulation.clock.now()) : answer
}

function answerRoute(simulation: Simulation, request: SimulatorRequest, route: Route, params: Readonly<Record<string, string>>): Answer {
  const serve = (call: SimulatorRequest): Answer => route.handle(simulation, call, params)
  const operation = route.operation && faultOperationOf[route.operation]
  const tenant = operation && findTenant(simulation, params.tenant ?? '')
  if (!tenant) return serve(request)
  if (route.isFeed && isOverBudget(simulation, tenant)) return tooManyRequests(tenant, operation, 403)
  return simulation.faultPlay.answer({ simulation, tenant, operation, request, serve })
}

function isOverBudget({ budget, metrics }: Simulation, { tenantId, requestsPerMinute }: SimulatedTenant): boolean {
  if (requestsPerMinute === undefined || budget.take(tenantId, requestsPerMinute)) return false
  metrics.countMisconduct('callsOverBudget')
  return true
}

function decodeParams(groups: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeSegment(value)]))
}

/** A fault may have set, or taken away, the header already. */
function withDate(answer: Answer, now: number): Answer {
  return { ...answer, headers: { Date: new Date(now).toUTCString(), ...answer.headers } }
}
