import { parseTenantId, type TenantId } from '@mailtrail/core'
import { z } from 'zod'

/** What is looked at, in the order it is told. `credential` comes once for each of them. */
export const checkNames = [
  'service',
  'credential',
  'consent',
  'tenant',
  'auditing',
  'subscription',
  'publisher',
  'budget',
  'first-data',
  'mail-records',
] as const
export type CheckName = (typeof checkNames)[number]

/**
 * `waiting` is as it should be for now, `late` is longer than the service says it takes, `warning` works and should be mended. `unknown` is what
 * could not be seen, because something before it failed or nobody told: it never counts as `ok`.
 */
export const checkStates = ['ok', 'waiting', 'warning', 'unknown', 'late', 'failed'] as const
export type CheckState = (typeof checkStates)[number]

/** What is known of one prerequisite. */
export interface Check {
  readonly check: CheckName
  readonly state: CheckState
  /** A sentence of our own: text of the service stays out. */
  readonly detail: string
  /** The service's code where it gave one, else ours. */
  readonly code?: string | undefined
  /** The command or the one sentence that mends it. */
  readonly fix?: string | undefined
}

/** What was seen of one tenant at one time: evidence, and free of secrets. */
export interface CheckReport {
  readonly tenantId: TenantId
  readonly cloud: string
  /** UTC milliseconds, by our clock. */
  readonly at: number
  readonly checks: readonly Check[]
}

/** The report as it is stored. */
export const checkReportSchema: z.ZodType<CheckReport> = z
  .object({
    schema: z.literal(1),
    tenantId: z.string().transform(parseTenantId),
    cloud: z.string(),
    at: z.iso.datetime().transform((text) => Date.parse(text)),
    checks: z.array(
      z.object({
        check: z.enum(checkNames),
        state: z.enum(checkStates),
        detail: z.string(),
        code: z.string().optional(),
        fix: z.string().optional(),
      }),
    ),
  })
  .transform(({ schema: _, ...report }) => report)

export function worstState({ checks }: Pick<CheckReport, 'checks'>): CheckState {
  return checkStates.findLast((state) => checks.some((check) => check.state === state)) ?? 'unknown'
}

/** Whether there is something to do or to find out: anything but `ok`, `waiting` and `warning`. */
export function needsAttention(report: Pick<CheckReport, 'checks'>): boolean {
  return checkStates.indexOf(worstState(report)) > checkStates.indexOf('warning')
}
