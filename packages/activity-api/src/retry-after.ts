import type { IncomingHttpHeaders } from 'node:http'
import { dayMs, secondMs } from '@mailtrail/core'
import { firstHeader } from './first-header.ts'

/**
 * Milliseconds the service asks to wait, at most a day. A date is measured against the answer's own `Date`, so that our clock plays no part.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function parseRetryAfter(headers: IncomingHttpHeaders): number | undefined {
  const value = firstHeader(headers, 'retry-after')?.trim()
  if (value === undefined) return undefined
  const afterMs = /^\d+$/.test(value) ? Number(value) * secondMs : Date.parse(value) - Date.parse(firstHeader(headers, 'date') ?? '')
  return Number.isNaN(afterMs) ? undefined : Math.min(Math.max(afterMs, 0), dayMs)
}
