import type { CoverageSpan } from './answer.ts'

/** A line a span, with the cause where it is not settled. */
export function renderCoverage(coverage: readonly CoverageSpan[]): string[] {
  return coverage.map(({ from, to, state, cause, recoverable, until }) => {
    const hope = until === undefined ? 'can still become settled' : `can still become settled, all of it until ${until}`
    const notes = [cause, recoverable === true ? hope : undefined].filter((note) => note !== undefined)
    return `  ${from} .. ${to}  ${state}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
  })
}
