import { hourMs, type Interval } from '../interval.ts'
import { union, within, without } from '../interval-set.ts'
import type { LedgerEntry } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'

/** What is known of a content type's subscription, in service time. */
export interface SubscriptionRecord {
  /** The first check that showed it enabled; Infinity while none did. */
  readonly verifiedFrom: number
  /** From the last listing before it was refused to the first after a verified start; Infinity while it is still off. */
  readonly gaps: readonly Interval[]
  /**
   * While no list call or check showed the subscription to be on for more than an hour: the hours without contents, and what lies between two
   * contents more than an hour apart. Lost and restarted in that time, it lists as empty, so emptiness proves nothing.
   */
  readonly unobserved: readonly Interval[]
}

export function subscriptionRecord(
  history: readonly HistoryEvent[],
  contentType: string,
  entries: readonly LedgerEntry[],
): SubscriptionRecord {
  const listedAt = entries.flatMap(({ listing }) => listing?.serviceDate ?? []).sort((a, b) => a - b)
  const verified = history.flatMap((event) => (event.kind === 'subscription-verified' && event.contentType === contentType ? event.at : []))
  const gaps = subscriptionGaps(history, contentType, verified, listedAt)
  const created = entries.flatMap(({ contents }) => contents.map((content) => content.created))
  const withContent = [...new Set(created.map((at) => Math.floor(at / hourMs) * hourMs))].map((from) => ({ from, to: from + hourMs }))
  const blind = longPauses([neverMs, ...listedAt, ...verified])
  // The rule speaks of hours; but a loss of an hour may lie between the contents of two.
  const hours = without(blind.map(widened), withContent)
  const silent = within(longPauses(created), blind)
  return { verifiedFrom: Math.min(...verified), gaps, unobserved: without(union([...hours, ...silent]), gaps) }
}

function subscriptionGaps(history: readonly HistoryEvent[], contentType: string, verified: number[], listedAt: number[]): Interval[] {
  return history.flatMap((event) => {
    if (event.kind !== 'subscription-lost' || event.contentType !== contentType) return []
    const restarted = Math.min(...verified.filter((at) => at >= event.at))
    const from = event.lastListed ?? [...verified, ...listedAt].filter((at) => at < event.at).reduce((a, b) => Math.max(a, b), neverMs)
    return [{ from, to: Math.max(from, listedAt.find((at) => at >= restarted) ?? Number.POSITIVE_INFINITY) }]
  })
}

const neverMs = Number.NEGATIVE_INFINITY

/** From one sign to the next, where that is more than an hour. */
function longPauses(signs: readonly number[]): Interval[] {
  const sorted = signs.toSorted((a, b) => a - b)
  return sorted.flatMap((from, index) => {
    const to = sorted[index + 1] ?? from
    return to - from > hourMs ? [{ from, to }] : []
  })
}

function widened({ from, to }: Interval): Interval {
  return { from: Math.floor(from / hourMs) * hourMs, to: Math.ceil(to / hourMs) * hourMs }
}
