import { z } from 'zod'

/**
 * The dated history of a tenant, from which expected windows and subscription gaps follow. Events are create-only objects.
 * `at` of `subscription-verified` and `-lost` is the service's time, of the others ours; UTC milliseconds.
 */
export type HistoryEvent =
  | {
      readonly kind: 'added'
      readonly at: number
      readonly contentTypes: readonly string[]
      readonly windowMinutes: number
    }
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

export const historyEventSchema: z.ZodType<HistoryEvent> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('added'),
    at: z.number(),
    contentTypes: z.array(z.string()).min(1),
    windowMinutes: z
      .number()
      .int()
      .refine((minutes) => 60 % minutes === 0, 'must divide an hour: 5, 10, 15, 20, 30 or 60'),
  }),
  z.object({
    kind: z.enum(['subscription-started', 'subscription-verified']),
    at: z.number(),
    contentType: z.string(),
  }),
  z.object({
    kind: z.literal('subscription-lost'),
    at: z.number(),
    contentType: z.string(),
    lastListed: z.number().nullable(),
    reason: z.enum(['missing', 'disabled']),
  }),
])

/** What should be collected: from when, of which types, on which grid. Undefined before the tenant was added. */
export interface Collection {
  readonly from: number
  readonly contentTypes: readonly string[]
  readonly windowMs: number
}

export function collectionOf(history: readonly HistoryEvent[]): Collection | undefined {
  const added = history.find((event) => event.kind === 'added')
  if (!added) return undefined
  const windowMs = added.windowMinutes * 60_000
  return {
    from: Math.floor(added.at / windowMs) * windowMs,
    contentTypes: added.contentTypes,
    windowMs,
  }
}
