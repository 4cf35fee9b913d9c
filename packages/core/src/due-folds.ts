import { type DueListing, listingAgeMs } from './due-listings.ts'
import { dayMs, hourMs } from './interval.ts'

/** What the ledger holds of one UTC day and content type. */
export interface KnownDay {
  readonly contentType: string
  /** When the day begins. */
  readonly start: number
  /** The number of its newest fold; 0 while there is none. */
  readonly fold: number
  /** Whether a window waits for its seal, or a content for being fetched. */
  readonly isOpen: boolean
  /** Whether what its newest fold holds lies beside it too. */
  readonly isDoubled: boolean
}

/** A fold that should be in the ledger by now. */
export interface DueFold {
  readonly contentType: string
  readonly start: number
  readonly fold: FoldNumber
}

export interface FoldTime {
  readonly due: readonly DueListing[]
  readonly now: number
  /** How long after an event its record is waited for. */
  readonly horizonMs: number
}

/** The last fold is the one after which the folded entries are removed. */
export const lastFold = 3
export type FoldNumber = 1 | 2 | typeof lastFold

/**
 * The folds that are due at `now`, the oldest day first: of each day the last that its age allows. The second waits for `sweep-settle`, the last until
 * nothing of the day is to be listed, sealed or fetched any more; it is due again while what it holds was not removed.
 *
 * @param due - the listings that are due at `now` with this horizon
 */
export function dueFolds(days: Iterable<KnownDay>, { due, now, horizonMs }: FoldTime): DueFold[] {
  // How old the end of a day must be: each fold waits for what the ledger is to learn until then.
  const agesMs = { 1: 8 * hourMs, 2: horizonMs + listingAgeMs('sweep-settle'), 3: listingAgeMs('sweep-last') }
  return Array.from(days)
    .flatMap((day) => {
      const fold = ([3, 2, 1] as const).find((number) => now >= day.start + dayMs + agesMs[number] && isRipe(number, day, due))
      const isMissing = fold !== undefined && (fold > day.fold || (fold === lastFold && day.fold === lastFold && day.isDoubled))
      return isMissing ? [{ contentType: day.contentType, start: day.start, fold }] : []
    })
    .sort((a, b) => a.start - b.start)
}

function isRipe(fold: FoldNumber, day: KnownDay, due: readonly DueListing[]): boolean {
  const isDue = ({ contentType, start }: DueListing): boolean =>
    contentType === day.contentType && day.start <= start && start < day.start + dayMs
  if (fold === 2) return !due.some((listing) => listing.entry === 'sweep-settle' && isDue(listing))
  return fold === 1 || (!day.isOpen && !due.some(isDue))
}
