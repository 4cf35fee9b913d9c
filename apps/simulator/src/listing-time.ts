import type { Answer } from './answer.ts'
import { activityError } from './answer.ts'
import type { Span } from './listing.ts'

const dayMs = 86_400_000
const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?Z?$/

/**
 * The span a listing asks for: both times or neither (then the last 24 hours), at most 24 hours, starting at most 7 days back.
 *
 * @param now - simulated time
 * @returns the span, or the service's refusal
 */
export function parseListingSpan(startTime: string | null, endTime: string | null, now: number): Span | Answer {
  if (startTime === null && endTime === null) return { start: now - dayMs, end: now }
  if (startTime === null || endTime === null) return rangeError('Start time and end time must both be given or both be left out.')
  const start = parseListingTime(startTime)
  const end = parseListingTime(endTime)
  if (start === undefined || end === undefined)
    return activityError('AF20002', 'Invalid parameter type: startTime/endTime. Expected type: datetime')
  if (start >= end) return activityError('AF20055', 'Start time must be before end time.')
  if (end - start > dayMs) return rangeError('Start time and end time must be at most 24 hours apart.')
  if (start < now - 7 * dayMs) return rangeError('Start time must be at most 7 days in the past.')
  return { start, end }
}

function rangeError(message: string): Answer {
  return activityError('AF20030', message)
}

/** The documented forms are zone-less and mean UTC; a trailing `Z` is tolerated, fractions and offsets are not. */
function parseListingTime(text: string): number | undefined {
  if (!form.test(text)) return undefined
  const time = Date.parse(text.length === 10 || text.endsWith('Z') ? text : `${text}Z`)
  return Number.isNaN(time) ? undefined : time
}
