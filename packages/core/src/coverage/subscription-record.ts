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
   * While no list call or check showed the subscription to be on for more than an hour: the hours without contents, and whatever lies between two
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
  const blind = longPauses([...listedAt, ...verified])
  const silent = longPauses([...listedAt, ...verified, ...created])
  const unobserved = union([...without(blind, withContent), ...within(silent, blind)])
  return { verifiedFrom: Math.min(...verified), gaps, unobserved: without(unobserved, gaps) }
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

/** Before the first sign too. Widened to whole hours, since the rule speaks of hours. */
function longPauses(signs: readonly number[]): Interval[] {
  const observedAt = signs.toSorted((a, b) => a - b)
  return observedAt.flatMap((at, index) => {
    const before = observedAt[index - 1] ?? neverMs
    if (at - before <= hourMs) return []
    return [{ from: Math.floor(before / hourMs) * hourMs, to: Math.ceil(at / hourMs) * hourMs }]
  })
}
