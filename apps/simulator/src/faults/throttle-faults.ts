import { type Answer, activityError, gatewayPage } from '../answer.ts'
import type { SimulatedTenant } from '../world.ts'
import { collectorsGap, type FaultCall, type FaultDefinition, type FaultOperation, feedOperations } from './fault-definition.ts'

const methods: Readonly<Record<FaultOperation, string>> = {
  token: 'Token',
  start: 'StartSubscription',
  stop: 'StopSubscription',
  'list-subscriptions': 'ListSubscriptions',
  'list-content': 'GetContents',
  'fetch-content': 'GetBlob',
}

/** The service's way to say that a tenant, or a publisher, called too often. */
export function tooManyRequests({ publisherId }: SimulatedTenant, operation: FaultOperation, status: number): Answer {
  return activityError('AF429', `Too many requests. Method=${methods[operation]}, PublisherId=${publisherId}`, status)
}

/** Being told to come back later. */
export const throttleFaults: readonly FaultDefinition[] = [
  throttle('af429-in-403', 'AF429 in a 403, as the documentation shows it', 'troubleshooting', 403),
  throttle('af429-in-429', 'AF429 in a 429', 'inferred', 429),
  {
    ...throttle('af429-retry-after-seconds', 'AF429 with a Retry-After of some seconds', 'inferred', 403),
    parameters: { status: 403, seconds: 2 },
    answer: (call) => withRetryAfter(call, String(call.parameters.seconds)),
  },
  {
    ...throttle('af429-retry-after-date', "AF429 with a Retry-After that is a date, by the service's clock", 'inferred', 403),
    parameters: { status: 403, seconds: 2 },
    answer: (call) => withRetryAfter(call, new Date(call.simulation.clock.now() + call.parameters.seconds * 1000).toUTCString()),
  },
  {
    ...throttle('http-429', 'a 429 without a code, from a gateway', 'inferred', 429),
    answer: () => gatewayPage(429),
  },
]

function throttle(name: string, meaning: string, source: string, status: number): Extract<FaultDefinition, { readonly acts: 'answer' }> {
  return {
    name,
    operations: feedOperations,
    meaning,
    source,
    ends: collectorsGap,
    acts: 'answer',
    answer: ({ tenant, operation }) => tooManyRequests(tenant, operation, status),
  }
}

function withRetryAfter({ tenant, operation, parameters }: FaultCall, retryAfter: string): Answer {
  const answer = tooManyRequests(tenant, operation, parameters.status)
  return { ...answer, headers: { ...answer.headers, 'Retry-After': retryAfter } }
}
