import type { IncomingHttpHeaders } from 'node:http'
import { firstHeader } from './first-header.ts'

/** The service's own time of the answer in ms since the epoch, to the second. Absent or unreadable: undefined, never our clock. */
export function parseServiceDate(headers: IncomingHttpHeaders): number | undefined {
  const time = Date.parse(firstHeader(headers, 'date') ?? '')
  return Number.isNaN(time) ? undefined : time
}
