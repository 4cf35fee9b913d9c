import type { Abortable } from '@mailtrail/core'
import type { Operation } from './activity-api-error.ts'
import { feedUrl } from './feed-url.ts'
import { readListing } from './read-listing.ts'
import { sendRequest } from './send-request.ts'
import type { Session } from './session.ts'
import { type SubscriptionList, subscriptionListing } from './subscription-list.ts'

const operation: Operation = 'list-subscriptions'

export async function listSubscriptions(session: Session, { signal }: Abortable = {}): Promise<SubscriptionList> {
  const url = feedUrl(session.options, 'subscriptions/list')
  const answer = await sendRequest(session, { operation, method: 'GET', url }, { signal })
  const subscriptions = await readListing(session, answer, subscriptionListing, signal)
  const { serviceDate } = answer.failure
  return { serviceDate: serviceDate === undefined ? undefined : new Date(serviceDate), subscriptions }
}
