import { type CollectionPeriod, collectionOf } from '../collection.ts'
import { defaultHorizonMs } from '../due-listings.ts'
import { hourMs, type Interval } from '../interval.ts'
import type { LedgerEntry } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'
import { type ContentGap, contentGaps } from './content-gaps.ts'
import { type CoverageEvidence, latestServiceDate } from './coverage-evidence.ts'
import { type ListedFeed, listedFeed } from './listed-feed.ts'
import { type SubscriptionRecord, subscriptionRecord } from './subscription-record.ts'

/** What is known of the feed of one content type, all in `contentCreated` time. */
export interface Feed {
  /** The time that can hold records of the asked event time, in whole hours. */
  readonly span: Interval
  readonly horizonMs: number
  /** The latest service date in the ledger; -Infinity while nothing was listed. */
  readonly now: number
  readonly history: readonly HistoryEvent[]
  readonly periods: readonly CollectionPeriod[]
  readonly own: ListedFeed
  /** What entries show that did not keep the asked operation. */
  readonly others: ListedFeed
  readonly gaps: readonly ContentGap[]
  readonly subscription: SubscriptionRecord
}

export function feedOf(evidence: CoverageEvidence, range: Interval): Feed {
  const { contentType, history, horizonMs = defaultHorizonMs, operation = 'MailItemsAccessed' } = evidence
  const entries = evidence.entries.filter((entry) => entry.contentType === contentType)
  const keeps = ({ operations }: LedgerEntry): boolean => operations.includes(operation)
  const own = entries.filter(keeps)
  return {
    span: { from: Math.floor(range.from / hourMs) * hourMs, to: Math.ceil(range.to / hourMs) * hourMs + horizonMs },
    horizonMs,
    now: latestServiceDate(evidence) ?? Number.NEGATIVE_INFINITY,
    history,
    periods: collectionOf(history).periods.filter((period) => period.contentType === contentType),
    own: listedFeed(own),
    others: listedFeed(entries.filter((entry) => !keeps(entry))),
    gaps: contentGaps(own),
    subscription: subscriptionRecord(history, contentType, entries),
  }
}
