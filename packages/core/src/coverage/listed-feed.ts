import type { Interval } from '../interval.ts'
import { union } from '../interval-set.ts'
import type { LedgerEntry } from '../ledger/ledger-entry.ts'
import { listingDelayMs, listingDelayWithoutDateMs } from '../windows.ts'

/** What the entries show of the feed, in `contentCreated` time. */
export interface ListedFeed {
  /** Every complete listing, as far as it counts. */
  readonly listings: readonly CountedListing[]
  readonly listed: readonly Interval[]
  readonly sealed: readonly Interval[]
}

interface CountedListing extends Interval {
  /** The service's date, else the local one. */
  readonly at: number
  /** A listing without the service's date is one, and proves nothing of when. */
  readonly isDated: boolean
}

export function listedFeed(entries: readonly LedgerEntry[]): ListedFeed {
  const listings = entries.flatMap(countedListing)
  const seals = entries.flatMap(({ entry, start, end }) => (entry === 'seal' ? [{ from: start, to: end }] : []))
  return { listings, listed: union(listings), sealed: union(seals) }
}

/** What is created shortly before a listing may not be in it yet. */
function countedListing({ start, end, listing }: LedgerEntry): CountedListing[] {
  if (listing === null) return []
  const { serviceDate, localDate } = listing
  const surelyListed = serviceDate === null ? localDate - listingDelayWithoutDateMs : serviceDate - listingDelayMs
  const to = Math.min(end, surelyListed)
  return start < to ? [{ from: start, to, at: serviceDate ?? localDate, isDated: serviceDate !== null }] : []
}
