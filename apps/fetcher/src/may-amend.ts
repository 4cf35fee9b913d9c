import { hourMs, isLate, type LedgerEntry, type SweepName, sweepNames } from '@mailtrail/core'

/** The entry that names a content, or for a peek the window it lies in. */
export type NamedIn = Pick<LedgerEntry, 'entry' | 'contentType' | 'start' | 'listing'>

/**
 * Whether a record of that time may have been missing from an answer that called its hour settled. A window's first listing amends only hours so long
 * before it that no answer about them waited for the window.
 */
export function mayAmend({ entry, start, listing }: NamedIn, horizonMs: number): (time: number) => boolean {
  const cameAt = listing?.serviceDate ?? start
  const isListedAgain = sweepNames.includes(entry as SweepName)
  return (time) => isLate({ time, cameAt }, horizonMs) && (isListedAgain || Math.floor(time / hourMs + 1) * hourMs + horizonMs <= start)
}
