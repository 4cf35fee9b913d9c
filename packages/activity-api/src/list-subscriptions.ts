import type { Abortable } from '@mailtrail/core'
import type { Operation } from './activity-api-error.ts'
import { feedUrl } from './feed-url.ts'
import { readListing } from './read-listing.ts'
import { sendRequest } from './send-request.ts'
import { parseServiceDate } from './service-date.ts'
import type { Session } from './session.ts'
import { type SubscriptionList, subscriptionListing } from './subscription-list.ts'

const operation: Operation = 'list-subscriptions'

export async function listSubscriptions(session: Session, { signal }: Abortable = {}): Promise<SubscriptionList> {
  const { options } = session
  const url = feedUrl(options, 'subscriptions/list')
  const response = await sendRequest(session, { operation, method: 'GET', url }, { signal })
  const subscriptions = await readListing(response, subscriptionListing, { tenantId: options.tenantId, operation }, signal)
  const serviceTime = parseServiceDate(response.headers)
  return { serviceDate: serviceTime === undefined ? undefined : new Date(serviceTime), subscriptions }
}
