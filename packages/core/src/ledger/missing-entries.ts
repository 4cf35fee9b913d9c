import { lastFold } from '../due-folds.ts'
import { type DueListing, dueListings, listingAgeMs } from '../due-listings.ts'
import { dayMs, hourMs, overlaps } from '../interval.ts'
import { within } from '../interval-set.ts'
import { listableMs } from '../windows.ts'
import { isKnownIn, isOfDay, type KnownEntries, type LedgerPlan } from './known-entries.ts'
import type { EntryName, EntrySpan } from './ledger-entry.ts'

/** An entry that should be there and is not: it was never written, or it was removed. */
export interface MissingEntry extends EntrySpan {
  readonly entry: EntryName
  readonly why: 'unlisted' | 'unswept' | 'unsealed' | 'no listing' | 'unnumbered'
  /** How many further spans lack the same right after it, and up to when. */
  readonly more: number
  readonly until: number
}

/** As long as the fleet takes to tell of a gap: what is missing for less may be under way. */
export const entryGraceMs: number = 2 * hourMs

/**
 * The entries of a day that are not there, though the others or the tenant's history say that they should be. What a fold of the day says was missing
 * when it was made is a gap, and none of them.
 */
export function missingEntries(day: KnownEntries, plan: LedgerPlan): MissingEntry[] {
  // Of a fold that cannot be read nobody knows what it holds.
  if (day.fold && !day.fold.summary) return []
  // A day is folded for the last time once nothing of it is due: what it lacks it never had.
  const due = day.fold?.number === lastFold ? [] : dueOf(day, plan)
  const unlisted = due
    .filter((listing) => hadItsTime(listing, plan) && !(listing.entry === 'listed' && isKnownGap(listing, day)))
    // A window that lacks both would have a seal in the end, and an empty one nothing else.
    .map((listing) => (listing.entry === 'listed' ? missing(listing, 'seal', 'unlisted') : missing(listing, listing.entry, 'unswept')))
  return [...joined(unlisted), ...missingInGroups(day, plan)]
}

/** By the real planner, as it saw the day just before its first window aged out. */
function dueOf(day: KnownEntries, { collection, horizonMs }: LedgerPlan): DueListing[] {
  return dueListings(collection, day.start + listableMs - 1, isKnownIn(day), horizonMs).filter((listing) => isOfDay(listing, day))
}

/** Whether a fleet that was up had long enough for it: from when it was due until it aged out, the tenant was removed, or the ledger ends. */
function hadItsTime({ contentType, start, end, entry }: DueListing, { collection, collected, present }: LedgerPlan): boolean {
  const decided = collection.periods.filter((period) => period.contentType === contentType && overlaps(period, { from: start, to: end }))
  const from = Math.max(end + listingAgeMs(entry), ...decided.map(({ since }) => since))
  const chances = within([{ from, to: Math.min(present, start + listableMs) }], collected)
  // What lies before the collection began is listed after all that is fresh.
  const graceMs = decided.some(({ lane }) => lane === 'backfill') ? dayMs : entryGraceMs
  return chances.reduce((sum, chance) => sum + chance.to - chance.from, 0) > graceMs
}

/** Whether the fold of the day says that the window was not listed, or not sealed, when it was made. */
function isKnownGap({ start, end }: EntrySpan, { fold }: KnownEntries): boolean {
  const { gaps = [], gapsLeftOut = 0 } = fold?.summary ?? {}
  const windows = gaps.filter(({ cause }) => cause === 'unlisted' || cause === 'unsealed')
  return (
    gapsLeftOut > 0 || windows.some(({ from, to }) => overlaps({ from: start, to: end }, { from: Date.parse(from), to: Date.parse(to) }))
  )
}

/** What the entries of one span say of each other. */
function missingInGroups(day: KnownEntries, { present }: LedgerPlan): MissingEntry[] {
  const read = Map.groupBy(day.entries, spanId)
  return [...Map.groupBy(day.names, spanId)].flatMap(([id, names]) => {
    const [span] = names
    if (!span) return []
    const [entries, has] = [read.get(id) ?? [], new Set(names.map(({ entry }) => entry))]
    const found: MissingEntry[] = []
    const listed = entries.find(({ entry }) => entry === 'listed')
    const isOverdue = listed && present > Math.max(listed.writtenAt, listed.listing?.serviceDate ?? 0) + entryGraceMs
    if (isOverdue && !has.has('seal') && !isKnownGap(span, day)) found.push(missing(span, 'seal', 'unsealed'))
    // The seal of an empty window is a listing itself.
    if (!has.has('listed') && entries.some(({ entry, listing }) => entry === 'seal' && listing === null))
      found.push(missing(span, 'listed', 'no listing'))
    const last = Math.max(0, ...names.map(({ entry }) => Number(/^repair-(\d+)$/.exec(entry)?.[1] ?? 0)))
    for (let number = 1; number < last; number += 1)
      if (!has.has(`repair-${number}`)) found.push(missing(span, `repair-${number}`, 'unnumbered'))
    return found
  })
}

function missing({ contentType, start, end }: EntrySpan, entry: EntryName, why: MissingEntry['why']): MissingEntry {
  return { contentType, start, end, entry, why, more: 0, until: end }
}

/** Neighbours that lack the same are told of once. */
function joined(entries: readonly MissingEntry[]): MissingEntry[] {
  const result: MissingEntry[] = []
  for (const entry of entries.toSorted((a, b) => (a.entry === b.entry ? a.start - b.start : a.entry < b.entry ? -1 : 1))) {
    const last = result.at(-1)
    if (last?.entry === entry.entry && last.until === entry.start)
      result[result.length - 1] = { ...last, more: last.more + 1, until: entry.end }
    else result.push(entry)
  }
  return result
}

function spanId({ start, end }: Pick<EntrySpan, 'start' | 'end'>): string {
  return `${start}-${end}`
}
