import { collectionStateAt } from '../collection.ts'
import type { Interval } from '../interval.ts'
import { collectionDoubts } from './collection-doubts.ts'
import { contentDoubts } from './content-doubts.ts'
import type { CoverageEvidence } from './coverage-evidence.ts'
import type { CoverageInterval } from './coverage-state.ts'
import { coverageOf, type Doubt } from './doubt.ts'
import { feedOf } from './feed.ts'
import { listingDoubts } from './listing-doubts.ts'

/**
 * The coverage of event time `range`, as merged intervals that tile it. An hour `[a, b)` is `settled` only if all of the feed in `[a, b + H)`
 * was completely listed late enough, is sealed, and has no open gap; else the worst doubt about any part of it counts. `now` is the latest
 * service date in the entries, never the reader's clock.
 */
export function tenantCoverage(evidence: CoverageEvidence, range: Interval): CoverageInterval[] {
  const feed = feedOf(evidence, range)
  if (feed.periods.length === 0) {
    return [{ ...range, state: 'outside', cause: `${evidence.contentType} is not collected for this tenant`, recoverable: false }]
  }
  const doubts = [...retentionDoubts(evidence), ...collectionDoubts(feed), ...listingDoubts(feed), ...contentDoubts(feed)]
  return coverageOf(collectionStateAt(feed.history, Number.POSITIVE_INFINITY) === 'removed' ? doubts.map(ended) : doubts, range)
}

/** What the ledger says was stored is there no more. */
function retentionDoubts({ retiredBefore }: CoverageEvidence): Doubt[] {
  if (retiredBefore === undefined) return []
  return [{ from: Number.NEGATIVE_INFINITY, to: retiredBefore, state: 'outside', cause: 'beyond retention', recoverable: false }]
}

/** Of a tenant that was removed nothing more is listed or fetched, and the clock of its ledger stands still. */
function ended({ from, to, ...doubt }: Doubt): Doubt {
  if (!doubt.recoverable || doubt.until === undefined) return { from, to, ...doubt }
  return { from, to, state: 'gap_collector', cause: 'the tenant was removed', recoverable: false }
}
