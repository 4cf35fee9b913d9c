import type { Interval } from './interval.ts'

/** The times in any of the spans: in order, no two touching. */
export function union(spans: readonly Interval[]): Interval[] {
  const joined: Interval[] = []
  for (const span of spans.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && span.from <= last.to) joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) }
    else joined.push({ from: span.from, to: span.to })
  }
  return joined
}

/** The times in both sets. */
export function within(spans: readonly Interval[], bounds: readonly Interval[]): Interval[] {
  const [a, b] = [union(spans), union(bounds)]
  const shared: Interval[] = []
  for (let i = 0, j = 0; ; ) {
    const [left, right] = [a[i], b[j]]
    if (!left || !right) return shared
    const both = { from: Math.max(left.from, right.from), to: Math.min(left.to, right.to) }
    if (both.from < both.to) shared.push(both)
    if (left.to < right.to) i += 1
    else j += 1
  }
}

/** The times in `spans` and not in `taken`. */
export function without(spans: readonly Interval[], taken: readonly Interval[]): Interval[] {
  return within(spans, complement(union(taken)))
}

function complement(set: readonly Interval[]): Interval[] {
  const edges = [Number.NEGATIVE_INFINITY, ...set.flatMap(({ from, to }) => [from, to]), Number.POSITIVE_INFINITY]
  return edges.flatMap((from, index) => (index % 2 === 0 ? [{ from, to: edges[index + 1] ?? from }] : []))
}

/** @param set - a {@link union} */
export function touches(set: readonly Interval[], span: Interval): boolean {
  let [low, high] = [0, set.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((set[middle]?.to ?? 0) > span.from) high = middle
    else low = middle + 1
  }
  const next = set[low]
  return next !== undefined && next.from < span.to
}
