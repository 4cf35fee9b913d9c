import { type Answer, activityError, jsonAnswer, type SimulatorRequest } from '../answer.ts'
import { authoriseFeedCall, isAnswer, parseContentType } from '../feed-access.ts'
import { decodeCursor, encodeCursor, type PageCursor, pageOf } from '../listing.ts'
import { parseListingSpan } from '../listing-time.ts'
import type { Operation } from '../metrics.ts'
import type { Route } from '../route.ts'
import { listableContents, type Simulation } from '../simulation.ts'
import { type ContentType, contentTypes, type SimulatedContent, type SimulatedTenant } from '../world.ts'

interface FeedCall {
  readonly simulation: Simulation
  readonly tenant: SimulatedTenant
  readonly request: SimulatorRequest
}

/** Subscriptions and listings of the Office 365 Management Activity API. */
export const feedRoutes: readonly Route[] = [
  subscriptionRoute('POST', 'start', withContentType(startSubscription)),
  subscriptionRoute('POST', 'stop', withContentType(stopSubscription)),
  subscriptionRoute('GET', 'list', listSubscriptions),
  subscriptionRoute('GET', 'content', withContentType(listContents)),
]

function subscriptionRoute(method: 'GET' | 'POST', operation: Operation, answer: (call: FeedCall) => Answer): Route {
  return {
    method,
    path: new RegExp(`^/api/v1(?:\\.0)?/(?<tenant>[^/]+)/activity/feed/subscriptions/${operation}$`),
    operation,
    isFeed: true,
    handle: (simulation, request, { tenant: tenantId = '' }) => {
      const tenant = authoriseFeedCall(simulation, request, tenantId)
      return isAnswer(tenant) ? tenant : answer({ simulation, tenant, request })
    },
  }
}

function withContentType(answer: (call: FeedCall, contentType: ContentType) => Answer): (call: FeedCall) => Answer {
  return (call) => {
    const contentType = parseContentType(call.request.url)
    return isAnswer(contentType) ? contentType : answer(call, contentType)
  }
}

function startSubscription({ simulation: { subscriptions, clock }, tenant: { tenantId } }: FeedCall, contentType: ContentType): Answer {
  const now = clock.now()
  if (subscriptions.stateAt(tenantId, contentType, now) === 'enabled') {
    return activityError('AF20024', 'The subscription is already enabled. No property change.')
  }
  subscriptions.set(tenantId, contentType, now, 'enabled')
  return jsonAnswer(200, { contentType, status: 'enabled', webhook: null })
}

function stopSubscription({ simulation: { subscriptions, clock }, tenant: { tenantId } }: FeedCall, contentType: ContentType): Answer {
  const now = clock.now()
  if (subscriptions.stateAt(tenantId, contentType, now) === 'none') return noSubscription()
  subscriptions.set(tenantId, contentType, now, 'none')
  return { status: 200 }
}

function listSubscriptions({ simulation: { subscriptions, clock }, tenant: { tenantId } }: FeedCall): Answer {
  const states = contentTypes.map((contentType) => ({
    contentType,
    status: subscriptions.stateAt(tenantId, contentType, clock.now()),
  }))
  const existing = states.filter(({ status }) => status !== 'none').map((subscription) => ({ ...subscription, webhook: null }))
  return jsonAnswer(200, existing)
}

function listContents({ simulation, tenant, request: { url } }: FeedCall, contentType: ContentType): Answer {
  const now = simulation.clock.now()
  const state = simulation.subscriptions.stateAt(tenant.tenantId, contentType, now)
  if (state === 'none') return noSubscription()
  if (state === 'disabled') return activityError('AF20023', 'The subscription was disabled by a tenant admin.')
  const span = parseListingSpan(url.searchParams.get('startTime'), url.searchParams.get('endTime'), now)
  if (isAnswer(span)) return span
  const listing = `${tenant.tenantId} ${contentType} ${span.start} ${span.end}`
  const cursor = parseCursor(url.searchParams.get('nextPage'), listing, now)
  if (!cursor) return activityError('AF20031', 'Invalid nextPage Input.')
  const listable = listableContents(simulation, tenant).filter((content) => content.contentType === contentType)
  const page = pageOf(listable, span, cursor, simulation.world.pageSize)
  const next = page.next && nextPageUri(simulation.origin, tenant, contentType, span, encodeCursor(page.next, listing))
  return jsonAnswer(
    200,
    page.contents.map((content) => descriptor(simulation.origin, tenant, content)),
    next ? { NextPageUri: next } : {},
  )
}

function parseCursor(nextPage: string | null, listing: string, now: number): PageCursor | undefined {
  return nextPage === null ? { asOf: now, offset: 0 } : decodeCursor(nextPage, listing)
}

/** Microsoft's sample of this header spells the version `v1` where the call had `v1.0`, and leaves the publisher out. */
function nextPageUri(
  origin: string,
  { tenantId }: SimulatedTenant,
  contentType: ContentType,
  span: { readonly start: number; readonly end: number },
  nextPage: string,
): string {
  const url = new URL(`${origin}/api/v1/${tenantId}/activity/feed/subscriptions/content`)
  url.searchParams.set('contentType', contentType)
  url.searchParams.set('startTime', new Date(span.start).toISOString().slice(0, 19))
  url.searchParams.set('endTime', new Date(span.end).toISOString().slice(0, 19))
  url.searchParams.set('nextPage', nextPage)
  return url.href
}

function descriptor(origin: string, { tenantId }: SimulatedTenant, content: SimulatedContent): object {
  return {
    contentUri: `${origin}/api/v1.0/${tenantId}/activity/feed/audit/${encodeURIComponent(content.contentId)}`,
    contentId: content.contentId,
    contentType: content.contentType,
    contentCreated: new Date(content.created).toISOString(),
    contentExpiration: new Date(content.expires).toISOString(),
  }
}

function noSubscription(): Answer {
  return activityError('AF20022', 'No subscription found for the specified content type.')
}
