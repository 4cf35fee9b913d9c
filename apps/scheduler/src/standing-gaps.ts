import { type Collection, type DueListing, hourMs, overlaps } from '@mailtrail/core'
import type { Gap } from './gap-alerts.ts'
import type { OpenGroup } from './open-group.ts'

/** A window is sealed this long after it was listed even if contents are missing. */
export const sealAfterMs: number = hourMs

/** A gap is told of only when it has lasted. */
const gapAlertAfterMs = hourMs

interface Missing {
  /** Spans with contents that are not stored. */
  readonly open: readonly OpenGroup[]
  /** Listings that are due and not in the ledger, what is due first in front. */
  readonly due: readonly DueListing[]
  readonly collection: Collection
}

/** The gaps that have lasted long enough at `now` to be told of. Windows that cannot be listed are told of once, by the first. */
export function standingGaps({ open, due, collection }: Missing, now: number): Gap[] {
  const lasting = open.filter((group) => now >= gapSince(group) + gapAlertAfterMs)
  const isLate = (listing: DueListing): boolean => now >= expectedSince(listing, collection) + sealAfterMs + gapAlertAfterMs
  const unlisted = due.find((listing) => listing.entry === 'listed' && isLate(listing))
  return [...lasting.map((group) => gapOf(group, now)), ...(unlisted ? [unlistedGap(unlisted)] : [])]
}

/** What is collected afterwards is expected from when that was decided. */
function expectedSince({ contentType, start, end }: DueListing, { periods }: Collection): number {
  const period = periods.find((known) => known.contentType === contentType && overlaps(known, { from: start, to: end }))
  return Math.max(end, period?.since ?? end)
}

function unlistedGap({ contentType, start, end }: DueListing): Gap {
  return { contentType, from: start, to: end, cause: 'unlisted', recoverable: true }
}

/** What is pending is no gap before its window is sealed without it. */
function gapSince({ since, outcome, unsealed }: OpenGroup): number {
  return outcome === 'pending' || unsealed ? since + sealAfterMs : since
}

function gapOf({ contentType, start, end, outcome, expiration }: OpenGroup, now: number): Gap {
  return {
    contentType,
    from: start,
    to: end,
    cause: outcome,
    recoverable: now < expiration && (outcome === 'pending' || outcome === 'dead'),
  }
}
