import { type Abortable, listableMs } from '@mailtrail/core'
import { ActivityApiError, type Operation } from './activity-api-error.ts'
import { type ContentDescriptor, contentListing } from './content-descriptor.ts'
import { feedUrl, ownUrl } from './feed-url.ts'
import { createCircleDetector, nextPage } from './next-page.ts'
import { readListing } from './read-listing.ts'
import { sendRequest } from './send-request.ts'
import type { Session } from './session.ts'
import { faultOfWindow, toWindowQuery, type WindowRange } from './window-query.ts'

const operation: Operation = 'list-content'

export interface ContentQuery extends WindowRange {
  /** One of the service's, such as `Audit.Exchange`. */
  readonly contentType: string
}

export interface ContentPage {
  /** The service's own time of this page, in ms since the epoch. Undefined if it gave none: never our clock. */
  readonly serviceDate: number | undefined
  readonly contents: readonly ContentDescriptor[]
}

/** The next page is requested once this one is done with, so leaving the loop early costs nothing. */
export async function* listContent(
  session: Session,
  query: ContentQuery,
  { signal }: Abortable = {},
): AsyncGenerator<ContentPage, void, undefined> {
  const { options } = session
  const failure = { tenantId: options.tenantId, operation }
  const serviceNow = session.serviceClock.now()
  const fault = faultOfWindow(query, serviceNow === undefined ? undefined : serviceNow - listableMs)
  if (fault !== undefined) throw new ActivityApiError(fault, { ...failure, serviceDate: serviceNow })

  const isCircle = createCircleDetector()
  let url: string | undefined = feedUrl(options, 'subscriptions/content', { contentType: query.contentType, ...toWindowQuery(query) }).href
  while (url !== undefined) {
    if (isCircle(url)) throw new ActivityApiError('ACTIVITY_API_PAGE_INVALID', { ...failure, detail: 'A page came again.' })
    const answer = await sendRequest(session, { operation, method: 'GET', url }, { signal })
    const contents = await readListing(session, answer, contentListing, signal)
    // No token would be sent there; refused now, the window can be listed again, and entered now the content would wait for ever.
    for (const { contentUri } of contents) ownUrl(options, operation, contentUri)
    yield { serviceDate: answer.failure.serviceDate, contents }
    url = nextPage(answer.response.headers)
  }
}
