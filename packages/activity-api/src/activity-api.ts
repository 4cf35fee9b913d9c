import type { Abortable } from '@mailtrail/core'
import type { ActivityApiOptions } from './activity-api-options.ts'
import type { ContentDescriptor } from './content-descriptor.ts'
import { type Access, describeAccess } from './describe-access.ts'
import { createHttpAgent } from './http-agent.ts'
import { type ContentPage, type ContentQuery, listContent } from './list-content.ts'
import { listSubscriptions } from './list-subscriptions.ts'
import { type ContentBody, openContent } from './open-content.ts'
import { createServiceClock } from './service-clock.ts'
import type { Session } from './session.ts'
import { startSubscription } from './start-subscription.ts'
import { stopSubscription } from './stop-subscription.ts'
import type { SubscriptionList } from './subscription-list.ts'
import { createTokenSource } from './token-source.ts'

/**
 * One tenant's audit feed. Every method rejects with an `ActivityApiError`, with what the budget throws, or with the signal's reason.
 *
 * @see https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference
 */
export interface ActivityApi extends AsyncDisposable {
  listSubscriptions(options?: Abortable): Promise<SubscriptionList>
  /** Idempotent. The service asks for 15 minutes between two starts of one content type, which is the caller's to keep. */
  startSubscription(contentType: string, options?: Abortable): Promise<void>
  /** Idempotent. What becomes available until it is started again is lost for good. */
  stopSubscription(contentType: string, options?: Abortable): Promise<void>
  /**
   * Lists what became available in `[start, end)`, page by page; at most 24 hours, from at most 167 h 55 min ago. Parts of a second are widened to whole ones.
   * A window beyond that edge by the service's time is refused with `ACTIVITY_API_WINDOW_AGED_OUT` without a call, once its time is known.
   * After any error the window is incomplete, and has to be listed again from its first page.
   */
  listContent(query: ContentQuery, options?: Abortable): AsyncGenerator<ContentPage, void, undefined>
  openContent(content: Pick<ContentDescriptor, 'contentId' | 'contentUri'>, options?: Abortable): Promise<ContentBody>
  /** What a new token grants the app in this tenant. Only the token service is asked. */
  describeAccess(options?: Abortable): Promise<Access>
  /** The service's time in ms since the epoch, carried on from the last answer that had a `Date`; undefined before the first one. */
  serviceNow(): number | undefined
}

/** Connects to nothing until it is used. Dispose of it: it keeps connections open, and what is in flight is then cut. */
export function createActivityApi(options: ActivityApiOptions): ActivityApi {
  const agent = createHttpAgent(options.cloud)
  const session: Session = {
    options,
    agent,
    tokens: createTokenSource(options, agent),
    serviceClock: createServiceClock(options.clock),
  }
  return {
    listSubscriptions: (abortable) => listSubscriptions(session, abortable),
    startSubscription: (contentType, abortable) => startSubscription(session, contentType, abortable),
    stopSubscription: (contentType, abortable) => stopSubscription(session, contentType, abortable),
    listContent: (query, abortable) => listContent(session, query, abortable),
    openContent: (content, abortable) => openContent(session, content, abortable),
    describeAccess: (abortable) => describeAccess(session, abortable),
    serviceNow: session.serviceClock.now,
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}
