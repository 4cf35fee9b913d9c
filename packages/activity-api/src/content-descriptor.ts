import { z } from 'zod'

/** One listed content. Ids and addresses are opaque; times are ms since the epoch. */
export interface ContentDescriptor {
  readonly contentType: string
  readonly contentId: string
  readonly contentUri: string
  /** When the content became available. */
  readonly contentCreated: number
  /** After this it cannot be fetched any more. Documented as 7 days, seen as 20: read, never computed. */
  readonly contentExpiration: number
}

// Without a zone the service means UTC, whereas `Date.parse` would take the machine's own.
const time: z.ZodType<number> = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/)
  .transform((text) => Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`))
  .refine((ms) => !Number.isNaN(ms))

/** A page of the listing: all of it or nothing, for a descriptor left out would be a silent loss. */
export const contentListing: z.ZodType<ContentDescriptor[]> = z.array(
  z.object({
    contentType: z.string().min(1),
    contentId: z.string().min(1),
    contentUri: z.string().min(1),
    contentCreated: time,
    contentExpiration: time,
  }),
)
