import { ActivityApiError, type Operation } from './activity-api-error.ts'
import type { ActivityApiOptions } from './activity-api-options.ts'
import { withPublisher } from './publisher-url.ts'

/** The address of one of the feed's own operations, such as `subscriptions/list`. */
export function feedUrl({ cloud, tenantId }: ActivityApiOptions, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(`/api/v1.0/${tenantId}/activity/feed/${path}`, cloud.apiRoot)
  url.search = new URLSearchParams(query).toString()
  return url
}

/**
 * Readies an address for a request with a token: our own publisher set, and the cloud's own scheme, host and port proved.
 *
 * Only the origin is compared: the reference's sample of a next page has another path (`/api/v1/`) than its operations.
 *
 * @throws {@link ActivityApiError} `ACTIVITY_API_FOREIGN_HOST`
 */
export function ownUrl(options: ActivityApiOptions, operation: Operation, address: string | URL): URL {
  const url = URL.parse(String(address))
  const { origin, protocol } = new URL(options.cloud.apiRoot)
  if (url?.origin === origin && protocol === 'https:' && url.username === '' && url.password === '') {
    return withPublisher(url, options.publisherId)
  }
  const detail = `It is on ${url?.origin ?? 'no host that can be read'} and the cloud ${options.cloud.name} is on ${origin}.`
  throw new ActivityApiError('ACTIVITY_API_FOREIGN_HOST', { tenantId: options.tenantId, operation, detail })
}
