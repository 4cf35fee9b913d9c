import { type Answer, activityError, jsonAnswer, type SimulatorRequest } from '../answer.ts'
import { authoriseFeedCall, isAnswer, parseContentType } from '../feed-access.ts'
import { answerPage, parsePageQuery } from '../listing-page.ts'
import type { Operation } from '../metrics.ts'
import type { Route } from '../route.ts'
import type { Simulation } from '../simulation.ts'
import { type ContentType, contentTypes, type SimulatedTenant } from '../world.ts'

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
  const state = simulation.subscriptions.stateAt(tenant.tenantId, contentType, simulation.clock.now())
  if (state === 'none') return noSubscription()
  if (state === 'disabled') return activityError('AF20023', 'The subscription was disabled by a tenant admin.')
  const query = parsePageQuery(simulation, tenant, contentType, url)
  return isAnswer(query) ? query : answerPage(simulation, query)
}

function noSubscription(): Answer {
  return activityError('AF20022', 'No subscription found for the specified content type.')
}
