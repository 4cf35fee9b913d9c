import { hourMs, type Interval } from '../interval.ts'
import { touches, union } from '../interval-set.ts'
import type { CoverageEvidence } from './coverage-evidence.ts'
import { settleAgeMs } from './listing-doubts.ts'
import { tenantCoverage } from './tenant-coverage.ts'

/** A record and how it came into the lake. Times are UTC milliseconds. */
export interface RecordArrival {
  /** Of the event. */
  readonly time: number
  /** Until when answers could be given without it. */
  readonly cameAt: number
}

/** Whether so much time had passed when it came that the hour of the record could be settled: the last window that may hold its records was old enough. */
export function isLate({ time, cameAt }: RecordArrival, horizonMs: number): boolean {
  return cameAt > hourOf(time).to + horizonMs + settleAgeMs
}

/**
 * The hours of `range` that are amended: a mark beside their state, which says that an answer given before may have called them settled without a record.
 *
 * @param arrivals - of records that no record which came in time equals
 */
export function amendedIntervals(arrivals: readonly RecordArrival[], evidence: CoverageEvidence, range: Interval): Interval[] {
  const hours = [...Map.groupBy(arrivals, ({ cameAt }) => cameAt)].flatMap(([cameAt, together]) => {
    const settled = union(tenantCoverage(before(evidence, cameAt), range).filter(({ state }) => state === 'settled'))
    return together.map(({ time }) => hourOf(time)).filter((hour) => touches(settled, hour))
  })
  return union(hours)
}

/** What an answer knew at best before `at`: no listing of that time or later, and all that was listed by then stored. */
function before(evidence: CoverageEvidence, at: number): CoverageEvidence {
  const entries = evidence.entries
    .filter(({ listing }) => listing === null || (listing.serviceDate ?? listing.localDate) < at)
    .map((entry) => ({ ...entry, contents: entry.contents.map((content) => ({ ...content, outcome: 'stored' as const })) }))
  return { ...evidence, entries }
}

function hourOf(time: number): Interval {
  const from = Math.floor(time / hourMs) * hourMs
  return { from, to: from + hourMs }
}
