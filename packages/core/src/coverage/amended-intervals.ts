import { hourMs, type Interval } from '../interval.ts'
import { union } from '../interval-set.ts'
import { settleAgeMs } from './listing-doubts.ts'

/** A record and how it came into the lake. Times are UTC milliseconds. */
export interface RecordArrival {
  /** Of the event. */
  readonly time: number
  /** Service date of the first entry that names its content. */
  readonly enteredAt: number
  /** Whether no record that came in time has its Id and says the same. */
  readonly isNew: boolean
}

/**
 * Whether the hour of the record could have been called `settled` before its content was entered: no listing proves an hour before the last window that may
 * hold its records is old enough.
 */
export function isLate({ time, enteredAt }: Omit<RecordArrival, 'isNew'>, horizonMs: number): boolean {
  return enteredAt > hourOf(time).to + horizonMs + settleAgeMs
}

/** The hours of event time that are amended: a mark beside their state, which says that an earlier answer about them may have lacked a record. */
export function amendedIntervals(arrivals: Iterable<RecordArrival>, horizonMs: number): Interval[] {
  const hours = new Map<number, Interval>()
  for (const arrival of arrivals) {
    if (!arrival.isNew || !isLate(arrival, horizonMs)) continue
    const hour = hourOf(arrival.time)
    hours.set(hour.from, hour)
  }
  return union([...hours.values()])
}

function hourOf(time: number): Interval {
  const from = Math.floor(time / hourMs) * hourMs
  return { from, to: from + hourMs }
}
