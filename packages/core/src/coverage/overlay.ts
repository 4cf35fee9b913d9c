import type { Interval } from '../interval.ts'

/**
 * Spans laid over each other: of those that cover a time, the first shows. The result is in order, leaves out what no span covers, and holds one piece
 * for each stretch of one span.
 */
export function overlay<Span extends Interval>(spans: readonly Span[]): Span[] {
  const edges = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b)
  const cellOf = new Map(edges.map((edge, cell) => [edge, cell]))
  const shown: (Span | undefined)[] = edges.map(() => undefined)
  /** For each cell one that is free, or leads to one: what is covered is jumped over, so that each cell is covered once. */
  const free = edges.map((_, cell) => cell)
  const firstFree = (cell: number): number => {
    let at = cell
    for (let next = free[at]; next !== undefined && next !== at; next = free[at]) {
      free[at] = free[next] ?? next
      at = next
    }
    return at
  }
  for (const span of spans) {
    const end = cellOf.get(span.to) ?? 0
    for (let cell = firstFree(cellOf.get(span.from) ?? 0); cell < end; cell = firstFree(cell + 1)) {
      shown[cell] = span
      free[cell] = cell + 1
    }
  }
  return pieces(shown, edges)
}

function pieces<Span extends Interval>(shown: readonly (Span | undefined)[], edges: readonly number[]): Span[] {
  const found: Span[] = []
  for (const [cell, span] of shown.entries()) {
    const [from, to] = [edges[cell] ?? 0, edges[cell + 1] ?? 0]
    if (span === undefined) continue
    const last = found.at(-1)
    if (last && last.to === from && shown[cell - 1] === span) found[found.length - 1] = { ...last, to }
    else found.push({ ...span, from, to })
  }
  return found
}
