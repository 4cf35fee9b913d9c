import { z } from 'zod'
import { dayMs, utcDate } from './interval.ts'

/** How long what was collected is kept, in days after its event date; what is absent is kept for ever. */
export interface Retention {
  readonly rawDays?: number | undefined
  /** Absent: as raw. */
  readonly itemsDays?: number | undefined
  readonly emailEventsDays?: number | undefined
}

/** Contents are listed for 7 days and seals look for their objects: raw goes no sooner than all of that is over. */
export const leastRawDays = 14

const days = (least: number): z.ZodOptional<z.ZodInt> => z.int().min(least).max(36_500).optional()

export const retentionSchema: z.ZodType<Retention> = z.strictObject({
  rawDays: days(leastRawDays),
  itemsDays: days(1),
  emailEventsDays: days(1),
})

/** The tenant's own retention where it has one, else the fleet's. Items are kept as long as raw unless told otherwise. */
export function retentionOf(own: Retention | undefined, fleet: Retention): Retention {
  const rawDays = own?.rawDays ?? fleet.rawDays
  return {
    rawDays,
    itemsDays: own?.itemsDays ?? fleet.itemsDays ?? rawDays,
    emailEventsDays: own?.emailEventsDays ?? fleet.emailEventsDays,
  }
}

/** What is wrong with a retention as it would be applied. Items are made from raw, and proved by it. */
export function findRetentionFaults({ rawDays, itemsDays }: Retention): string[] {
  const areItemsLonger = rawDays !== undefined && (itemsDays === undefined || itemsDays > rawDays)
  if (!areItemsLonger) return []
  const items = itemsDays === undefined ? 'for ever' : `${itemsDays} days`
  return [`retention keeps items (${items}) longer than the raw evidence they are made from (${rawDays} days)`]
}

/** The first event date that is kept: a date goes when all of it is older than `days`. Undefined when all are kept. */
export function firstKeptDate(days: number | undefined, now: number): string | undefined {
  return days === undefined ? undefined : utcDate(now - days * dayMs)
}

/** Those of the event dates that are no longer kept. `unknown` is none of them: it says nothing about when. */
export function expiredDates(dates: Iterable<string>, days: number | undefined, now: number): string[] {
  const first = firstKeptDate(days, now)
  return first === undefined ? [] : [...dates].filter((date) => date < first)
}
