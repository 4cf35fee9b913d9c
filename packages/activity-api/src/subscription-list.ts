import { z } from 'zod'

export interface Subscription {
  readonly contentType: string
  /** `unknown` where the service gives no status, or one it does not document. Only `enabled` vouches for anything. */
  readonly status: 'enabled' | 'disabled' | 'unknown'
}

export interface SubscriptionList {
  /** The service's own time of the answer. */
  readonly serviceDate: Date | undefined
  readonly subscriptions: readonly Subscription[]
}

export const subscriptionListing: z.ZodType<Subscription[]> = z.array(
  z.object({ contentType: z.string().min(1), status: z.enum(['enabled', 'disabled', 'unknown']).catch('unknown') }),
)
