import type { CoverageSpan, RecordCounts } from './answer.ts'

export interface Completeness {
  readonly complete: boolean
  readonly onlyProvisional: boolean
}

/** An answer about no mailbox at all is not complete, for it says nothing. */
export function completeness(scope: readonly { readonly coverage: readonly CoverageSpan[] }[], counts: RecordCounts): Completeness {
  const unsettled = scope.flatMap(({ coverage }) => coverage).filter(({ state }) => state !== 'settled')
  const isReadable = scope.length > 0 && counts.unreadable === 0
  return {
    complete: isReadable && unsettled.length === 0,
    onlyProvisional: isReadable && unsettled.length > 0 && unsettled.every(({ state }) => state === 'provisional'),
  }
}
