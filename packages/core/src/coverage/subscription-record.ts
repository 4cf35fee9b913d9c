import { hourMs, type Interval, overlaps } from '../interval.ts'
import type { LedgerEntry } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'

/** What is known of a content type's subscription, in service time. */
export interface SubscriptionRecord {
  /** The first check that showed it enabled; Infinity while none did. */
  readonly verifiedFrom: number
  /** From the last listing before it was refused to the first after a verified start; Infinity while it is still off. */
  readonly gaps: readonly Interval[]
  /**
   * Whether `window` lies in an hour without contents while nothing showed the subscription to be on for more than an hour, neither a
   * list call nor a check: lost and restarted in that time, it lists as empty, so emptiness proves nothing.
   */
  isUnobserved(window: Interval): boolean
}

export function subscriptionRecord(
  history: readonly HistoryEvent[],
  contentType: string,
  entries: readonly LedgerEntry[],
): SubscriptionRecord {
  const listedAt = entries.flatMap(({ listing }) => listing?.serviceDate ?? []).sort((a, b) => a - b)
  const verified = history.flatMap((event) => (event.kind === 'subscription-verified' && event.contentType === contentType ? event.at : []))
  const blind = longPauses([...listedAt, ...verified].sort((a, b) => a - b))
  const hoursWithContent = new Set(entries.flatMap((entry) => entry.contents.map(({ created }) => Math.floor(created / hourMs))))
  return {
    verifiedFrom: Math.min(...verified),
    gaps: subscriptionGaps(history, contentType, verified, listedAt),
    isUnobserved: (window) => blind.some((pause) => overlaps(pause, window)) && !hoursWithContent.has(Math.floor(window.from / hourMs)),
  }
}

function subscriptionGaps(history: readonly HistoryEvent[], contentType: string, verified: number[], listedAt: number[]): Interval[] {
  return history.flatMap((event) => {
    if (event.kind !== 'subscription-lost' || event.contentType !== contentType) return []
    const restarted = Math.min(...verified.filter((at) => at >= event.at))
    const from = event.lastListed ?? Math.max(...verified.filter((at) => at < event.at))
    return [{ from, to: Math.max(from, Math.min(...listedAt.filter((at) => at >= restarted))) }]
  })
}

/** Before the first sign too. Widened to whole hours, since the rule speaks of hours. */
function longPauses(observedAt: readonly number[]): Interval[] {
  return observedAt.flatMap((at, index) => {
    const before = observedAt[index - 1] ?? Number.NEGATIVE_INFINITY
    if (at - before <= hourMs) return []
    return [{ from: Math.floor(before / hourMs) * hourMs, to: Math.ceil(at / hourMs) * hourMs }]
  })
}
