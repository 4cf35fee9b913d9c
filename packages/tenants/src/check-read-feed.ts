import type { ActivityApi } from '@mailtrail/activity-api'
import { type Abortable, mailContentType, minuteMs, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { attempt } from './check-attempt.ts'
import { type CheckFacts, resultOf } from './check-facts.ts'
import { subscriptionOf } from './check-feed.ts'
import { claimStart } from './claim-start.ts'

const listedMs = 10 * minuteMs

export interface FeedPlace {
  readonly fleetLake: ObjectStore
  readonly tenantId: TenantId
  readonly clock: { now(): number }
}

type FeedFacts = Pick<CheckFacts, 'subscriptions' | 'start' | 'listing'>

/** Lists the subscriptions, and the last minutes where one may be enabled. Starts it only if told to, and never soon after another start. */
export async function readFeed(
  api: ActivityApi,
  place: FeedPlace,
  { mayStart, ...options }: Abortable & { readonly mayStart: boolean },
): Promise<FeedFacts> {
  const before = await attempt(() => api.listSubscriptions(options))
  const start = mayStart && 'value' in before && !isEnabled(before.value) ? await startOnce(api, place, options) : undefined
  const subscriptions = resultOf(start) ? await attempt(() => api.listSubscriptions(options)) : before
  const status = subscriptionOf({ subscriptions })?.status
  const isListable = status === 'enabled' || status === 'unknown'
  return { start, subscriptions, listing: isListable ? await attempt(() => listLately(api, place, options)) : undefined }
}

function isEnabled(list: Awaited<ReturnType<ActivityApi['listSubscriptions']>>): boolean {
  return subscriptionOf({ subscriptions: { value: list } })?.status === 'enabled'
}

async function startOnce(api: ActivityApi, { fleetLake, tenantId, clock }: FeedPlace, options: Abortable): Promise<CheckFacts['start']> {
  const contentType = mailContentType
  if (!(await claimStart(fleetLake, { tenantId, contentType, now: clock.now() }, options))) return undefined
  return attempt(async () => {
    await api.startSubscription(contentType, options)
    return true as const
  })
}

/** The first page is enough: it is refused, or it is not. */
async function listLately(api: ActivityApi, { clock }: FeedPlace, options: Abortable): Promise<true> {
  const end = api.serviceNow() ?? clock.now()
  const pages = api.listContent({ contentType: mailContentType, start: end - listedMs, end }, options)
  await pages.next()
  await pages.return()
  return true
}
