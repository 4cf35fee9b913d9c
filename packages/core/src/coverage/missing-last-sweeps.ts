import { listingAgeMs } from '../due-listings.ts'
import { dayMs, type Interval } from '../interval.ts'
import { within } from '../interval-set.ts'
import type { CoverageEvidence } from './coverage-evidence.ts'
import type { CoverageInterval } from './coverage-state.ts'
import { taintedBy } from './doubt.ts'
import { feedOf } from './feed.ts'
import { overdueMs } from './listing-doubts.ts'
import { proofsOf } from './proofs.ts'

/**
 * The settled event time in `range` whose feed was not listed once more before the service no longer listed it, though that was due. It is settled all
 * the same; what became listable very late may be missing.
 *
 * @param coverage - the coverage of `range`
 */
export function missingLastSweeps(evidence: CoverageEvidence, range: Interval, coverage: readonly CoverageInterval[]): Interval[] {
  const feed = feedOf(evidence, range)
  const ageMs = listingAgeMs('sweep-last')
  const dueBefore = Math.floor((feed.now - ageMs - overdueMs) / dayMs) * dayMs
  const missing = proofsOf(feed).flatMap(({ from, to, at }) => {
    const unswept = { from: Math.max(from, at - ageMs), to: Math.min(to, dueBefore) }
    return unswept.from < unswept.to ? [taintedBy(unswept, feed.horizonMs)] : []
  })
  const settled = coverage.filter(({ state }) => state === 'settled')
  return within(missing, within(settled, [range]))
}
