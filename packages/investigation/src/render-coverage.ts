import type { CoverageSpan } from './answer.ts'

/** A line a span, with the cause where it is not settled. */
export function renderCoverage(coverage: readonly CoverageSpan[]): string[] {
  return coverage.map(({ from, to, state, cause, recoverable }) => {
    const notes = [cause, recoverable === true ? 'can still become settled' : undefined].filter((note) => note !== undefined)
    return `  ${from} .. ${to}  ${state}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
  })
}
