import { dayMs, type Interval, MailtrailError } from '@mailtrail/core'
import { parseTime } from './parse-time.ts'

export interface AskedDays {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** What is meant where nothing is said, UTC milliseconds. */
export interface DefaultDays {
  readonly to: number
  readonly from: (to: number) => number
}

/**
 * Whole UTC days: from the day of `--from` up to and with the last one that begins before `--to`.
 *
 * @throws {@link MailtrailError} `TIME_INVALID` when that is none
 */
export function parseDays({ from, to }: AskedDays, defaults: DefaultDays): Interval {
  const end = to === undefined ? defaults.to : Math.ceil(parseTime(to) / dayMs) * dayMs
  const start = from === undefined ? defaults.from(end) : Math.floor(parseTime(from) / dayMs) * dayMs
  if (start < end) return { from: start, to: end }
  throw new MailtrailError('TIME_INVALID', '--from lies after --to, or on it: name at least one UTC day.')
}
