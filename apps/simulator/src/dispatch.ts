import { decodeClaims } from './access-token.ts'
import { type Answer, jsonAnswer, type SimulatorRequest } from './answer.ts'
import { bearerToken } from './feed-access.ts'
import type { Route } from './route.ts'
import { contentRoute } from './routes/content.ts'
import { controlRoutes } from './routes/control.ts'
import { discoveryRoutes } from './routes/discovery.ts'
import { feedRoutes } from './routes/feed.ts'
import { siemRoutes } from './routes/siem.ts'
import { tokenRoutes } from './routes/token.ts'
import type { Simulation } from './simulation.ts'

const routes: readonly Route[] = [...controlRoutes, ...siemRoutes, ...tokenRoutes, ...discoveryRoutes, ...feedRoutes, contentRoute]

/** Finds the route of a request, counts the call, and answers it. */
export function dispatch(simulation: Simulation, request: SimulatorRequest): Answer {
  const route = routes.find(({ method, path }) => method === request.method && path.test(request.url.pathname))
  const params = route ? decodeParams(route.path.exec(request.url.pathname)?.groups) : {}
  countRequest(simulation, request, route, params.tenant)
  const answer = route ? route.handle(simulation, request, params) : jsonAnswer(404, { error: 'There is nothing at this address.' })
  simulation.metrics.countStatus(answer.status)
  return route?.isFeed ? withDate(answer, simulation.clock.now()) : answer
}

function decodeParams(groups: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeSegment(value)]))
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function countRequest({ metrics }: Simulation, request: SimulatorRequest, route: Route | undefined, tenantId: string | undefined): void {
  if (!route || route.operation) metrics.countCall(route?.operation ?? 'unknown', tenantId?.toLowerCase())
  if (route?.isFeed && !request.url.searchParams.get('PublisherIdentifier')) metrics.countMissingPublisherIdentifier()
  if (isTokenMisplaced(request, route, tenantId)) metrics.countMisplacedToken()
}

/** A token belongs to the feed of the tenant it was issued for, and to nothing else. */
function isTokenMisplaced(request: SimulatorRequest, route: Route | undefined, tenantId: string | undefined): boolean {
  if (request.headers.authorization === undefined) return false
  if (!route?.isFeed) return true
  const claims = decodeClaims(bearerToken(request)?.split('.')[1] ?? '')
  return claims !== undefined && claims.tid !== tenantId?.toLowerCase()
}

function withDate(answer: Answer, now: number): Answer {
  return {
    ...answer,
    headers: { ...answer.headers, Date: new Date(now).toUTCString() },
  }
}
