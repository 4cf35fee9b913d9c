import { dayMs, secondMs } from '@mailtrail/core'

/**
 * The wait a `Retry-After` header asks for, in milliseconds: seconds, or an HTTP date. At most a day, lest a faulty header silence a destination.
 *
 * @param at - UTC milliseconds that an HTTP date is counted from
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function parseRetryAfter(value: string | undefined, at: number): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  const waitMs = /^\d+$/.test(text) ? Number(text) * secondMs : Date.parse(text) - at
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), dayMs)
}
