import type { CoverageState } from '../coverage/coverage-state.ts'
import { worst } from '../coverage/coverage-state.ts'
import { dayMs, utcDate } from '../interval.ts'
import type { FoldSummary } from './fold-summary.ts'

/** What the summaries of folds tell of one UTC day. */
export interface DayOutlook {
  readonly date: string
  /**
   * `whole` when all of its hours were settled and nothing was found since then that could belong to it; `gap` when something is missing, or was when its
   * ledger was folded; `open` while it is not folded late enough, or the days after it are not.
   */
  readonly outlook: 'whole' | 'gap' | 'open'
  /** Why it is none of the others: the worst state of its hours, or `missing` for what its ledger or that of a day after it lacks. */
  readonly cause?: CoverageState | 'missing'
}

/** @param summaries - of the newest fold of each day, by date, those of the days within the horizon after `date` included */
export function dayOutlook(date: string, summaries: ReadonlyMap<string, FoldSummary>): DayOutlook {
  const own = summaries.get(date)
  if (own && lacksSomething(own)) return { date, outlook: 'gap', cause: 'missing' }
  if (!own?.coverage) return { date, outlook: 'open' }
  const { horizonHours, states } = own.coverage
  const state = states.map((from) => from.state).reduce(worst)
  if (state === 'provisional') return { date, outlook: 'open' }
  if (state !== 'settled') return { date, outlook: 'gap', cause: state }
  // What was listed after it was judged may still concern it: a record may become available up to the horizon after its event.
  const after = Array.from({ length: Math.ceil(horizonHours / 24) }, (_, day) =>
    summaries.get(utcDate(Date.parse(date) + (day + 1) * dayMs)),
  )
  if (after.some((summary) => summary && lacksSomething(summary))) return { date, outlook: 'gap', cause: 'missing' }
  return { date, outlook: after.includes(undefined) ? 'open' : 'whole' }
}

function lacksSomething({ gaps, gapsLeftOut }: FoldSummary): boolean {
  return gaps.length + gapsLeftOut > 0
}
