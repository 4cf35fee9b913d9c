import type { Interval } from '../interval.ts'

/** How complete the record of a span is, from best to worst; of several findings about one span the worst counts. */
export const coverageStates = [
  'settled',
  'provisional',
  'throttled',
  'gap_collector',
  'gap_subscription',
  'gap_upstream',
  'not_audited',
  'unverified',
  'outside',
] as const

export type CoverageState = (typeof coverageStates)[number]

/** A span of event time with one state. */
export interface CoverageInterval extends Interval {
  readonly state: CoverageState
  /** Why the span is not `settled`, for people; absent when it is. */
  readonly cause?: string
  /** Whether all of the span can still become `settled`. */
  readonly recoverable?: boolean
  /** When the service no longer has the first part of what would heal it, UTC milliseconds; absent where nothing ends that. */
  readonly until?: number
}

export function worst(a: CoverageState, b: CoverageState): CoverageState {
  return coverageStates.indexOf(a) >= coverageStates.indexOf(b) ? a : b
}
