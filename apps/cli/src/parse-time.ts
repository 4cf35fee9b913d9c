import { MailtrailError } from '@mailtrail/core'

/** A time given by a person: ISO 8601 with `Z` or an offset, or a bare UTC date. @throws {@link MailtrailError} `TIME_INVALID` */
export function parseTime(text: string): number {
  const isComplete = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const time = isComplete ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new MailtrailError(
    'TIME_INVALID',
    `"${text}" is not a time: write 2024-03-12T09:00Z, with Z or an offset, or a date such as 2024-03-12 for its midnight in UTC.`,
  )
}
