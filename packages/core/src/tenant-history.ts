import { z } from 'zod'

/**
 * The dated history of a tenant, from which expected windows and subscription gaps follow. Events are create-only objects.
 * `at` of `subscription-verified` and `-lost` is the service's time, of the others ours; UTC milliseconds.
 */
export type HistoryEvent = CollectionEvent | SubscriptionEvent | LegalHoldEvent

/** What somebody decided about the collection of a tenant. */
export type CollectionEvent =
  | {
      readonly kind: 'added'
      readonly at: number
      readonly contentTypes: readonly string[]
      readonly windowMinutes: number
      /** Whether what the service still lists from before is collected too. */
      readonly backfill: boolean
    }
  | {
      readonly kind: 'collection-changed'
      readonly at: number
      readonly contentTypes: readonly string[]
      readonly windowMinutes: number
    }
  | { readonly kind: 'paused' | 'removed'; readonly at: number }
  | {
      readonly kind: 'resumed'
      readonly at: number
      /** Whether what the service still lists from the pause is collected too. */
      readonly backfill: boolean
    }
  | {
      readonly kind: 'backfill-requested'
      readonly at: number
      /** The span of `contentCreated` time to collect. */
      readonly from: number
      readonly to: number
      /** Whether it goes before everything else of the tenant: somebody waits for it. */
      readonly priority: boolean
    }

/** What was seen of the subscription of one content type. */
export type SubscriptionEvent =
  | {
      readonly kind: 'subscription-started' | 'subscription-verified'
      readonly at: number
      readonly contentType: string
    }
  | {
      readonly kind: 'subscription-lost'
      readonly at: number
      readonly contentType: string
      /** Service date of the last listing that succeeded; null when none ever did. */
      readonly lastListed: number | null
      readonly reason: 'missing' | 'disabled'
    }

/** That nothing of the tenant may be removed, or may be again, whatever its retention. */
export interface LegalHoldEvent {
  readonly kind: 'legal-hold-set' | 'legal-hold-lifted'
  readonly at: number
  /** Who decided it, and why. */
  readonly by: string
  readonly reason: string
}

const time = z.number()
const windowMinutes = z
  .number()
  .int()
  .refine((minutes) => 60 % minutes === 0, 'must divide an hour: 5, 10, 15, 20, 30 or 60')
const contentTypes = z.array(z.string()).min(1)

export const historyEventSchema: z.ZodType<HistoryEvent> = z.discriminatedUnion('kind', [
  // Before backfill was there, none was made.
  z.object({ kind: z.literal('added'), at: time, contentTypes, windowMinutes, backfill: z.boolean().default(false) }),
  z.object({ kind: z.literal('collection-changed'), at: time, contentTypes, windowMinutes }),
  z.object({ kind: z.enum(['paused', 'removed']), at: time }),
  z.object({ kind: z.literal('resumed'), at: time, backfill: z.boolean() }),
  z.object({ kind: z.literal('backfill-requested'), at: time, from: time, to: time, priority: z.boolean() }),
  z.object({ kind: z.enum(['subscription-started', 'subscription-verified']), at: time, contentType: z.string() }),
  z.object({
    kind: z.literal('subscription-lost'),
    at: time,
    contentType: z.string(),
    lastListed: time.nullable(),
    reason: z.enum(['missing', 'disabled']),
  }),
  z.object({ kind: z.enum(['legal-hold-set', 'legal-hold-lifted']), at: time, by: z.string(), reason: z.string() }),
])

export function isCollectionEvent(event: HistoryEvent): event is CollectionEvent {
  return !isSubscriptionEvent(event) && !event.kind.startsWith('legal-hold-')
}

export function isSubscriptionEvent(event: HistoryEvent): event is SubscriptionEvent {
  return event.kind.startsWith('subscription-')
}
