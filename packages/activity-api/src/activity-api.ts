import type { Abortable } from '@mailtrail/core'
import type { ActivityApiOptions } from './activity-api-options.ts'
import type { ContentDescriptor } from './content-descriptor.ts'
import { createHttpAgent } from './http-agent.ts'
import { type ContentPage, type ContentQuery, listContent } from './list-content.ts'
import { listSubscriptions } from './list-subscriptions.ts'
import { type ContentBody, openContent } from './open-content.ts'
import { startSubscription } from './start-subscription.ts'
import type { SubscriptionList } from './subscription-list.ts'
import { createTokenSource } from './token-source.ts'

/**
 * One tenant's audit feed. Every method rejects with an `ActivityApiError`, or with the signal's reason.
 *
 * @see https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference
 */
export interface ActivityApi extends AsyncDisposable {
  listSubscriptions(options?: Abortable): Promise<SubscriptionList>
  /** Idempotent. The service asks for 15 minutes between two starts of one content type, which is the caller's to keep. */
  startSubscription(contentType: string, options?: Abortable): Promise<void>
  /**
   * Lists what became available in `[start, end)`, page by page; at most 24 hours, from at most 7 days ago. Parts of a second are widened to whole ones.
   * After any error the window is incomplete, and has to be listed again from its first page.
   */
  listContent(query: ContentQuery, options?: Abortable): AsyncGenerator<ContentPage, void, undefined>
  openContent(content: Pick<ContentDescriptor, 'contentId' | 'contentUri'>, options?: Abortable): Promise<ContentBody>
}

/** Connects to nothing until it is used. Dispose of it: it keeps connections open, and what is in flight is then cut. */
export function createActivityApi(options: ActivityApiOptions): ActivityApi {
  const agent = createHttpAgent(options.cloud)
  const session = { options, agent, tokens: createTokenSource(options, agent) }
  return {
    listSubscriptions: (abortable) => listSubscriptions(session, abortable),
    startSubscription: (contentType, abortable) => startSubscription(session, contentType, abortable),
    listContent: (query, abortable) => listContent(session, query, abortable),
    openContent: (content, abortable) => openContent(session, content, abortable),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}
