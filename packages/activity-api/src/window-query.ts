import { dayMs, secondMs } from '@mailtrail/core'
import type { ActivityApiErrorCode } from './error-codes.ts'

/** A range of availability (`contentCreated`), start inclusive, end exclusive, in ms since the epoch. */
export interface WindowRange {
  readonly start: number
  readonly end: number
}

/** Whole seconds as `YYYY-MM-DDTHH:MM:SS` in UTC: the longest of the three forms the reference allows. */
export interface WindowQuery {
  readonly startTime: string
  readonly endTime: string
}

/** Asks for the whole seconds that enclose the range, so that rounding never loses a content. */
export function toWindowQuery({ start, end }: WindowRange): WindowQuery {
  return { startTime: toUtcSeconds(wholeSeconds(start, Math.floor)), endTime: toUtcSeconds(wholeSeconds(end, Math.ceil)) }
}

/**
 * Why a range must not be sent: beyond 24 hours the service may answer HTTP 200 with a part of the contents.
 *
 * @param listableFrom - the earliest start that the service still lists, in ms since the epoch; undefined while its time is not known
 */
export function faultOfWindow({ start, end }: WindowRange, listableFrom?: number): ActivityApiErrorCode | undefined {
  if (!(start < end)) return 'ACTIVITY_API_REQUEST_INVALID'
  const from = wholeSeconds(start, Math.floor)
  if (wholeSeconds(end, Math.ceil) - from > dayMs) return 'ACTIVITY_API_WINDOW_TOO_LONG'
  return listableFrom !== undefined && from < listableFrom ? 'ACTIVITY_API_WINDOW_AGED_OUT' : undefined
}

function wholeSeconds(ms: number, round: (n: number) => number): number {
  return round(ms / secondMs) * secondMs
}

function toUtcSeconds(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}
