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
   * Whether `window` lies in an hour without contents while no list call succeeded for more than an hour: a subscription lost and
   * restarted in that time lists as empty, so emptiness proves nothing.
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
  const blind = longPauses(listedAt)
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
    return [{ from, to: Math.min(...listedAt.filter((at) => at >= restarted)) }]
  })
}

/** Widened to whole hours, since the rule speaks of hours. */
function longPauses(listedAt: readonly number[]): Interval[] {
  return listedAt.flatMap((at, index) => {
    const next = listedAt[index + 1]
    if (next === undefined || next - at <= hourMs) return []
    return [
      {
        from: Math.floor(at / hourMs) * hourMs,
        to: Math.ceil(next / hourMs) * hourMs,
      },
    ]
  })
}
