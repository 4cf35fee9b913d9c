import { decodeClaims } from './access-token.ts'
import type { SimulatorRequest } from './answer.ts'
import { bearerToken } from './feed-access.ts'
import type { Route } from './route.ts'
import type { Simulation } from './simulation.ts'

const dayMs = 86_400_000
const quarterHourMs = 900_000

export interface ConductedCall {
  readonly request: SimulatorRequest
  readonly route: Route | undefined
  readonly tenantId: string | undefined
  /** HTTP status it was answered with. */
  readonly status: number
}

/** Counts a call, and what a correct client would not have done in it. */
export function noteConduct(simulation: Simulation, { request, route, tenantId, status }: ConductedCall): void {
  const { metrics } = simulation
  const { searchParams } = request.url
  if (!route || route.operation) metrics.countCall(route?.operation ?? 'unknown', tenantId?.toLowerCase())
  if (isTokenMisplaced(request, route, tenantId)) metrics.countMisconduct('misplacedTokens')
  if (!route?.isFeed) return
  if (!searchParams.get('PublisherIdentifier')) metrics.countMisconduct('withoutPublisherIdentifier')
  if (route.operation === 'content' && isTooLong(searchParams)) metrics.countMisconduct('listingsBeyond24Hours')
  // A start whose token was refused started nothing, and is repeated with a new one.
  if (route.operation === 'start' && status !== 401 && isHasty(simulation, `${tenantId} ${searchParams.get('contentType')}`.toLowerCase()))
    metrics.countMisconduct('startsWithin15Minutes')
}

/** A token belongs to the feed of the tenant it was issued for, and to nothing else. */
function isTokenMisplaced(request: SimulatorRequest, route: Route | undefined, tenantId: string | undefined): boolean {
  if (request.headers.authorization === undefined) return false
  if (!route?.isFeed) return true
  const claims = decodeClaims(bearerToken(request)?.split('.')[1] ?? '')
  return claims !== undefined && claims.tid !== tenantId?.toLowerCase()
}

function isTooLong(searchParams: URLSearchParams): boolean {
  return Date.parse(searchParams.get('endTime') ?? '') - Date.parse(searchParams.get('startTime') ?? '') > dayMs
}

function isHasty({ clock, lastStarts }: Simulation, subscription: string): boolean {
  const last = lastStarts.get(subscription)
  lastStarts.set(subscription, clock.now())
  return last !== undefined && clock.now() - last < quarterHourMs
}
