import { type CollectionPeriod, collectionOf, collectionStateAt } from '../collection.ts'
import { defaultHorizonMs } from '../due-listings.ts'
import { dayMs, hourMs, type Interval, overlaps } from '../interval.ts'
import type { LedgerEntry } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'
import { listableMs, windowsOver } from '../windows.ts'
import { type CoverageInterval, type CoverageState, coverageStates } from './coverage-state.ts'
import { type SubscriptionRecord, subscriptionRecord } from './subscription-record.ts'
import { type WindowRecord, windowRecords } from './window-record.ts'

export interface CoverageEvidence {
  readonly contentType: string
  readonly history: readonly HistoryEvent[]
  /**
   * Every entry whose span overlaps the asked range or the horizon after it, and those of the {@link evidenceLeadMs} before: a pause in
   * the listings that reaches into the range begins before it.
   */
  readonly entries: readonly LedgerEntry[]
  readonly horizonMs?: number
  /** The operation that is asked about: an entry answers only for those it kept. */
  readonly operation?: string
}

/** A window is listed within 7 days of its end or never, so no pause that matters began longer ago. */
export const evidenceLeadMs: number = 8 * dayMs

interface Finding {
  readonly state: CoverageState
  readonly cause?: string
  readonly recoverable?: boolean
}

const settled: Finding = { state: 'settled' }

/** How long a window may stay unlisted after its end, and a listed one unsealed, before that is a gap. */
const graceMs = hourMs

/** A re-listing shows what became listable late only this long after the window. */
const settleAgeMs = 6 * hourMs

/**
 * The coverage of event time `range`, as merged intervals that tile it. An hour `[a, b)` is `settled` only if every grid window in
 * `[a, b + H)` was completely listed late enough, is sealed, and has no open gap; the worst finding of these windows counts otherwise.
 * `now` is the latest service date in the entries, never the reader's clock.
 */
export function tenantCoverage(evidence: CoverageEvidence, range: Interval): CoverageInterval[] {
  const { contentType, history, horizonMs = defaultHorizonMs, operation = 'MailItemsAccessed' } = evidence
  const periods = collectionOf(history).periods.filter((period) => period.contentType === contentType)
  if (periods.length === 0) {
    const cause = `${contentType} is not collected for this tenant`
    return [{ ...range, state: 'outside', cause, recoverable: false }]
  }
  const entries = evidence.entries.filter((entry) => entry.contentType === contentType)
  const keeps = ({ operations }: LedgerEntry): boolean => operations.includes(operation)
  // Lengths of windows divide each other's hour, so what holds for a window holds for each cell of the finest grid in it.
  const cellMs = Math.min(...periods.map(({ windowMs }) => windowMs))
  const context: Context = {
    now: latestServiceDate(evidence) ?? Number.NEGATIVE_INFINITY,
    history,
    periods,
    windows: windowRecords(entries.filter(keeps), cellMs),
    others: windowRecords(
      entries.filter((entry) => !keeps(entry)),
      cellMs,
    ),
    subscription: subscriptionRecord(history, contentType, entries),
  }
  const intervals: CoverageInterval[] = []
  for (const hour of windowsOver(range, hourMs)) {
    const finding = judgeHour(hour, horizonMs, cellMs, context)
    append(intervals, { from: Math.max(hour.from, range.from), to: Math.min(hour.to, range.to), ...finding })
  }
  return intervals
}

interface Context {
  readonly now: number
  readonly history: readonly HistoryEvent[]
  readonly periods: readonly CollectionPeriod[]
  readonly windows: ReadonlyMap<number, WindowRecord>
  /** What was listed for other operations alone. */
  readonly others: ReadonlyMap<number, WindowRecord>
  readonly subscription: SubscriptionRecord
}

/** Up to when the ledger knows the time, by the service's clock: what is later was not listed yet. Undefined while nothing was. */
export function latestServiceDate({ contentType, entries }: Pick<CoverageEvidence, 'contentType' | 'entries'>): number | undefined {
  const ofType = entries.filter((entry) => entry.contentType === contentType)
  const latest = ofType.reduce((most, { listing }) => Math.max(most, listing?.serviceDate ?? most), Number.NEGATIVE_INFINITY)
  return Number.isFinite(latest) ? latest : undefined
}

function judgeHour(hour: Interval, horizonMs: number, windowMs: number, context: Context): Finding {
  let worst = settled
  for (const window of windowsOver({ from: hour.from, to: hour.to + horizonMs }, windowMs)) {
    const finding = judgeWindow(window, hour, hour.to + horizonMs, context)
    if (coverageStates.indexOf(finding.state) > coverageStates.indexOf(worst.state)) worst = finding
  }
  return worst
}

/** @param mustBeListedAfter - the time by which everything that belongs to the hour had become listable */
function judgeWindow(window: Interval, hour: Interval, mustBeListedAfter: number, context: Context): Finding {
  const { now, periods, windows, others, subscription } = context
  const record = windows.get(window.from)
  if (record?.listedAt === undefined) {
    if (!periods.some((period) => overlaps(period, window))) return unexpectedFinding(window, hour, context)
    if (others.get(window.from)?.listedAt !== undefined) {
      return { state: 'outside', cause: 'this operation was not kept then', recoverable: false }
    }
  }
  if (window.from < subscription.verifiedFrom) {
    return {
      state: 'unverified',
      cause: 'before the first check that showed the subscription enabled',
      recoverable: false,
    }
  }
  if (subscription.gaps.some((gap) => overlaps(gap, window))) {
    return {
      state: 'gap_subscription',
      cause: 'the subscription was off; what became available then cannot be fetched',
      recoverable: false,
    }
  }
  const listable = now - window.from < listableMs
  if (record?.listedAt === undefined) {
    if (now <= window.to + graceMs)
      return {
        state: 'provisional',
        cause: 'not listed yet',
        recoverable: true,
      }
    return {
      state: 'gap_collector',
      cause: 'a window was never listed',
      recoverable: listable,
    }
  }
  const gap = record.gap
  if (gap && (record.sealed || gap.outcome !== 'pending' || now > record.listedAt + graceMs))
    return gapFinding(gap.outcome, now < gap.expiration)
  if (subscription.isUnobserved(window)) {
    return {
      state: 'unverified',
      cause: 'nothing was created while no listing watched the subscription',
      recoverable: false,
    }
  }
  if (!record.sealed)
    return {
      state: 'provisional',
      cause: 'listed, contents not all stored yet',
      recoverable: true,
    }
  if (record.provenAt >= Math.max(mustBeListedAfter, window.to + settleAgeMs)) return settled
  if (listable)
    return {
      state: 'provisional',
      cause: 'waiting for late records: the last re-listing is not done',
      recoverable: true,
    }
  return {
    state: 'unverified',
    cause: 'listed once, but not listed again late enough',
    recoverable: false,
  }
}

/** Why nothing was expected of a window. Removal ends the fetching, so what it cuts off is missing and not outside. */
function unexpectedFinding(window: Interval, hour: Interval, { history }: Context): Finding {
  const state = collectionStateAt(history, window.from)
  if (state === 'removed' && collectionStateAt(history, hour.from) !== 'removed') {
    return { state: 'gap_collector', cause: 'the tenant was removed', recoverable: false }
  }
  const causes = {
    none: 'before collection of this tenant began',
    paused: 'collection was paused',
    removed: 'the tenant was removed',
    active: 'this content type was not collected then',
  }
  return { state: 'outside', cause: causes[state], recoverable: false }
}

function gapFinding(outcome: NonNullable<WindowRecord['gap']>['outcome'], unexpired: boolean): Finding {
  if (outcome === 'missing')
    return {
      state: 'gap_upstream',
      cause: 'the service listed a content that it does not have',
      recoverable: false,
    }
  const causes = {
    pending: 'a listed content is not stored yet',
    dead: 'a listed content is in the dead letters',
    expired: 'a listed content expired before it was fetched',
    quarantined: 'a content is in quarantine',
  }
  return {
    state: 'gap_collector',
    cause: causes[outcome],
    recoverable: outcome === 'quarantined' || (outcome !== 'expired' && unexpired),
  }
}

/** Adds `next`, joining it to the interval before it when both say the same. */
function append(intervals: CoverageInterval[], next: CoverageInterval): void {
  const last = intervals.at(-1)
  if (last && last.state === next.state && last.cause === next.cause && last.recoverable === next.recoverable) {
    intervals[intervals.length - 1] = { ...last, to: next.to }
  } else {
    intervals.push(next)
  }
}
