import { type ActivityApi, ActivityApiError, type ContentDescriptor } from '@mailtrail/activity-api'
import { dayMs, listableMs, type TenantId } from '@mailtrail/core'

/** One content of the feed, with the records in it. */
export interface FeedContent {
  readonly id: string
  readonly created: number
  /** Later than `created` for one that appears inside a window which has closed by then. */
  readonly listedFrom: number
  readonly records: readonly object[]
}

/** How long a content can be fetched. */
export const contentLifeMs: number = 7 * dayMs

/** The service as the contract has it, for one tenant whose subscription is on: what can be listed and fetched at `now()`, by its own clock. */
export function feedInMemory(tenantId: TenantId, contents: readonly FeedContent[], now: () => number): ActivityApi {
  const refusal = (
    code: 'ACTIVITY_API_WINDOW_AGED_OUT' | 'ACTIVITY_API_CONTENT_EXPIRED' | 'ACTIVITY_API_CONTENT_MISSING',
  ): ActivityApiError => new ActivityApiError(code, { tenantId, operation: 'list-content', serviceDate: now() })
  const none = async (): Promise<never> => {
    throw new Error('The fleet is not expected to ask for this.')
  }
  return {
    listSubscriptions: async () => ({
      serviceDate: new Date(now()),
      subscriptions: [{ contentType: 'Audit.Exchange', status: 'enabled' }],
    }),
    startSubscription: none,
    stopSubscription: none,
    describeAccess: none,
    listContent: async function* ({ start, end }) {
      if (start < now() - listableMs) throw refusal('ACTIVITY_API_WINDOW_AGED_OUT')
      const listed = contents.filter(({ created, listedFrom }) => listedFrom <= now() && start <= created && created < end)
      // In pages, and an empty one where there is nothing.
      for (let from = 0; from === 0 || from < listed.length; from += 3) {
        yield { serviceDate: now(), contents: listed.slice(from, from + 3).map(descriptor) }
      }
    },
    openContent: async ({ contentId }) => {
      const content = contents.find(({ id, listedFrom }) => id === contentId && listedFrom <= now())
      if (!content) throw refusal('ACTIVITY_API_CONTENT_MISSING')
      if (now() >= content.created + contentLifeMs) throw refusal('ACTIVITY_API_CONTENT_EXPIRED')
      return { serviceDate: now(), body: bodyOf(content) }
    },
    serviceNow: now,
    [Symbol.asyncDispose]: async () => {},
  }
}

function descriptor({ id, created }: FeedContent): ContentDescriptor {
  return {
    contentType: 'Audit.Exchange',
    contentId: id,
    contentUri: `https://service/${id}`,
    contentCreated: created,
    contentExpiration: created + contentLifeMs,
  }
}

async function* bodyOf({ records }: FeedContent): AsyncGenerator<Uint8Array> {
  yield Buffer.from(JSON.stringify(records))
}
