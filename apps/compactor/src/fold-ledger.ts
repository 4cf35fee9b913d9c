import {
  type Abortable,
  type CoverageInterval,
  type CoverageState,
  collectionOf,
  type DayCoverage,
  dayMs,
  evidenceSpan,
  type HistoryEvent,
  hourMs,
  lastFold,
  mailContentType,
  overlaps,
  type TenantId,
  tenantCoverage,
  worst,
} from '@mailtrail/core'
import { foldDay, type ObjectStore, readLedger, removeFolded } from '@mailtrail/lake'
import type { FoldTask, Handler } from '@mailtrail/queues'
import { readHistory, type TenantLakes } from '@mailtrail/tenants'

export interface FoldDeps {
  /** Where the tenants' histories are. */
  readonly fleetLake: ObjectStore
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly horizonMs: number
}

/**
 * Folds a day of a ledger, and publishes its digest outside the lake, in the log. What the last fold of a day holds is removed by the next task, so that
 * nobody who began to list the day before there was that fold misses an entry.
 */
export function createFoldHandler({ fleetLake, lakes, horizonMs }: FoldDeps): Handler<FoldTask> {
  return async (task, { signal, log }) => {
    const { tenantId, contentType, date } = task
    const lake = await lakes.open(tenantId, { signal })
    const history = await readHistory(fleetLake, tenantId, { signal })
    const periods = collectionOf(history).periods.filter((period) => period.contentType === contentType)
    const isJudged = task.fold > 1 && contentType === mailContentType
    const coverage = isJudged ? await dayCoverage(lake, tenantId, { date, history, horizonMs }, { signal }) : null
    const folded = await foldDay(lake, task, { periods, coverage }, { signal })
    if (folded?.outcome === 'created') {
      log.info({ event: 'evidence.head', contentType, date, fold: folded.head.summary.fold, sha256: folded.head.sha256 })
      return
    }
    const removed = task.fold === lastFold ? await removeFolded(lake, tenantId, task, { signal }) : 0
    log.info({ event: folded ? 'ledger.folded' : 'ledger.not_folded', contentType, date, fold: task.fold, removed })
  }
}

/** The coverage of a day of event time as it is known now. */
async function dayCoverage(
  lake: ObjectStore,
  tenantId: TenantId,
  { date, history, horizonMs }: { readonly date: string; readonly history: readonly HistoryEvent[]; readonly horizonMs: number },
  options: Abortable,
): Promise<DayCoverage> {
  const day = { from: Date.parse(date), to: Date.parse(date) + dayMs }
  const entries = await readLedger(lake, tenantId, evidenceSpan(day, horizonMs), options)
  const intervals = tenantCoverage({ contentType: mailContentType, history, entries, horizonMs }, day)
  return { horizonHours: horizonMs / hourMs, states: statesByHour(intervals, day.from) }
}

/** An hour is as bad as the worst part of it. */
function statesByHour(intervals: readonly CoverageInterval[], from: number): DayCoverage['states'] {
  const states: { hour: number; state: CoverageState }[] = []
  for (let hour = 0; hour < 24; hour += 1) {
    const span = { from: from + hour * hourMs, to: from + (hour + 1) * hourMs }
    const state = intervals
      .filter((interval) => overlaps(interval, span))
      .reduce((bad: CoverageState, next) => worst(bad, next.state), 'settled')
    if (states.at(-1)?.state !== state) states.push({ hour, state })
  }
  return states
}
