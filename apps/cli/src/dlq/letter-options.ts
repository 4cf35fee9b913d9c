import { dayMs, hourMs, MailtrailError, minuteMs, parseTenantId } from '@mailtrail/core'
import { type DeadStage, deadStages, type LetterState, letterStates } from '@mailtrail/lake'
import { type Command, Option } from 'commander'
import { parseTime } from '../parse-time.ts'
import type { LetterFilter } from './find-letters.ts'

/** How letters are chosen on the command line. */
export interface LetterOptions {
  readonly tenant?: string
  readonly stage?: DeadStage
  readonly code?: string
  readonly since?: string
  readonly expiresWithin?: string
  readonly state?: LetterState | 'all'
  readonly lake?: string
  readonly json?: boolean
}

export function addLetterOptions(command: Command): Command {
  return command
    .option('--tenant <guid>', 'of this tenant')
    .addOption(new Option('--stage <stage>', 'of this stage; jobs are those that nobody could read').choices(deadStages))
    .option('--code <code>', 'whose last error has this code')
    .option('--since <time>', 'that failed at this time or later')
    .option('--expires-within <duration>', 'whose work expires within 90m, 12h or 2d: it is lost then')
    .addOption(new Option('--state <state>', 'in this state (default: open and replayed)').choices([...letterStates, 'all']))
    .option('--lake <location>', 'where the tenants are registered (default: MAILTRAIL_LAKE)')
}

/** @throws {@link MailtrailError} `TIME_INVALID`, `TENANT_ID_INVALID` */
export function letterFilter(ids: readonly string[], options: LetterOptions, now: number): LetterFilter {
  const { tenant, stage, code, since, expiresWithin, state } = options
  return {
    ids,
    tenantId: tenant === undefined ? undefined : parseTenantId(tenant),
    stage,
    code,
    since: since === undefined ? undefined : parseTime(since),
    expires: expiresWithin === undefined ? undefined : { after: now, until: now + parseDuration(expiresWithin) },
    state,
  }
}

/** Whether anything at all says which letters are meant. */
export function isChosen(ids: readonly string[], { tenant, stage, code, since, expiresWithin, state }: LetterOptions): boolean {
  return ids.length > 0 || [tenant, stage, code, since, expiresWithin, state].some((value) => value !== undefined)
}

const unitsMs: Readonly<Record<string, number>> = { m: minuteMs, h: hourMs, d: dayMs }

function parseDuration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const unitMs = unitsMs[unit]
  if (count !== undefined && unitMs !== undefined) return Number(count) * unitMs
  throw new MailtrailError('TIME_INVALID', `"${text}" is not a duration: write 90m, 12h or 2d.`)
}
