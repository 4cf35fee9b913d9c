import { dueFolds, type FoldNumber } from '../due-folds.ts'
import { dueListings } from '../due-listings.ts'
import { hourMs } from '../interval.ts'
import { isKnownIn, type KnownEntries, type LedgerPlan } from './known-entries.ts'
import type { EntrySpan } from './ledger-entry.ts'
import { mergeContents } from './merge-contents.ts'

/** Folds are asked for again at intervals of six hours. */
export const foldGraceMs: number = 12 * hourMs

/** The fold of the day that should be there by now and is not. */
export function missingFold(day: KnownEntries, { collection, present, horizonMs }: LedgerPlan): FoldNumber | undefined {
  if (day.names.length === 0) return undefined
  const now = present - foldGraceMs
  const due = dueListings(collection, now, isKnownIn(day), horizonMs)
  const known = { contentType: day.contentType, start: day.start, fold: day.fold?.number ?? 0, isOpen: isOpen(day), isDoubled: false }
  return dueFolds([known], { due, now, horizonMs })[0]?.fold
}

function isOpen(day: KnownEntries): boolean {
  if (day.entries.length < day.names.length) return true
  return [...Map.groupBy(day.entries, spanId).values()].some((group) => {
    const isUnsealed = group.some(({ entry }) => entry === 'listed') && !group.some(({ entry }) => entry === 'seal')
    return isUnsealed || [...mergeContents(group).values()].some(({ outcome }) => outcome === 'pending' || outcome === 'dead')
  })
}

function spanId({ start, end }: Pick<EntrySpan, 'start' | 'end'>): string {
  return `${start}-${end}`
}
