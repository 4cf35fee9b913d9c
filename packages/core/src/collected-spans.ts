import type { Interval } from './interval.ts'
import type { HistoryEvent } from './tenant-history.ts'

/** When the spans of the tenant are listed. A paused tenant is still swept. */
export function collectedSpans(history: readonly HistoryEvent[]): Interval[] {
  const spans: Interval[] = []
  for (const { kind, at } of history) {
    const last = spans.at(-1)
    const isOpen = last?.to === Number.POSITIVE_INFINITY
    if (kind === 'added' && !isOpen) spans.push({ from: at, to: Number.POSITIVE_INFINITY })
    if (kind === 'removed' && last && isOpen) spans[spans.length - 1] = { from: last.from, to: at }
  }
  return spans
}
