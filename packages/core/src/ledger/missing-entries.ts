import type { Collection } from '../collection.ts'
import { dueFolds, type FoldNumber, lastFold } from '../due-folds.ts'
import { type DueListing, dueListings, listingAgeMs } from '../due-listings.ts'
import { dayMs, hourMs, type Interval, overlaps } from '../interval.ts'
import { within } from '../interval-set.ts'
import type { HistoryEvent } from '../tenant-history.ts'
import { listableMs } from '../windows.ts'
import type { FoldSummary } from './fold-summary.ts'
import type { EntryName, EntrySpan, LedgerEntry } from './ledger-entry.ts'
import { mergeContents } from './merge-contents.ts'

/** All that is known of the entries of one UTC day and content type. */
export interface KnownEntries {
  readonly contentType: string
  /** When the day begins. */
  readonly start: number
  /** Entries that are there, those included that cannot be read. */
  readonly names: readonly (EntrySpan & { readonly entry: EntryName })[]
  /** Those that can. */
  readonly entries: readonly LedgerEntry[]
  /** The newest fold that is there; one that cannot be read has no summary. */
  readonly fold: { readonly number: number; readonly summary?: FoldSummary | undefined } | undefined
}

/** What tells which entries a day should have. */
export interface LedgerPlan {
  readonly collection: Pick<Collection, 'periods' | 'incidents'>
  /** When the tenant's spans are listed: from being added to being removed. */
  readonly collected: readonly Interval[]
  /** How far the time of the ledger's own entries has come. */
  readonly present: number
  readonly horizonMs: number
}

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
/** Folds are asked for again at intervals of six hours. */
export const foldGraceMs: number = 12 * hourMs

/** When the spans of the tenant are listed. A paused tenant is still swept. */
export function collectedSpans(history: readonly HistoryEvent[]): Interval[] {
  const spans: Interval[] = []
  for (const { kind, at } of history) {
    const last = spans.at(-1)
    const isOpen = last?.to === Number.POSITIVE_INFINITY
    if (kind === 'added' && !isOpen) spans.push({ from: at, to: Number.POSITIVE_INFINITY })
    if (kind === 'removed' && last && isOpen) spans[spans.length - 1] = { from: last.from, to: at }
  }
  return spans
}

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

/** The fold of the day that should be there by now and is not. */
export function missingFold(day: KnownEntries, { collection, present, horizonMs }: LedgerPlan): FoldNumber | undefined {
  if (day.names.length === 0) return undefined
  const now = present - foldGraceMs
  const due = dueListings(collection, now, isKnownIn(day), horizonMs)
  const known = { contentType: day.contentType, start: day.start, fold: day.fold?.number ?? 0, isOpen: isOpen(day), isDoubled: false }
  return dueFolds([known], { due, now, horizonMs })[0]?.fold
}

/** By the real planner, as it saw the day just before its first window aged out. */
function dueOf(day: KnownEntries, { collection, horizonMs }: LedgerPlan): DueListing[] {
  return dueListings(collection, day.start + listableMs - 1, isKnownIn(day), horizonMs).filter((listing) => isOfDay(listing, day))
}

/** A sweep of another length is one too: the horizon may have been another, a period may have been cut, and what began to age out is swept by hours. */
function isKnownIn(day: KnownEntries): (span: EntrySpan, entry: EntryName) => boolean {
  const names = new Set(day.names.map(({ start, end, entry }) => `${start}-${end}.${entry}`))
  const sweeps = day.names.filter(({ entry }) => entry.startsWith('sweep'))
  return (span, entry) => {
    if (!isOfDay(span, day)) return true
    if (names.has(`${span.start}-${span.end}.${entry}`)) return true
    return entry.startsWith('sweep') && sweeps.some((known) => known.entry === entry && known.start >= span.start && known.start < span.end)
  }
}

function isOfDay({ contentType, start }: EntrySpan, day: KnownEntries): boolean {
  return contentType === day.contentType && day.start <= start && start < day.start + dayMs
}

/** Whether a fleet that was up had long enough for it: from when it was due until it aged out, the tenant was removed, or the ledger ends. */
function hadItsTime({ contentType, start, end, entry }: DueListing, { collection, collected, present }: LedgerPlan): boolean {
  const decided = collection.periods.filter((period) => period.contentType === contentType && overlaps(period, { from: start, to: end }))
  const from = Math.max(end + listingAgeMs(entry), ...decided.map(({ since }) => since))
  const chances = within([{ from, to: Math.min(present, start + listableMs) }], collected)
  return chances.reduce((sum, chance) => sum + chance.to - chance.from, 0) > entryGraceMs
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

function isOpen(day: KnownEntries): boolean {
  if (day.entries.length < day.names.length) return true
  return [...Map.groupBy(day.entries, spanId).values()].some((group) => {
    const isUnsealed = group.some(({ entry }) => entry === 'listed') && !group.some(({ entry }) => entry === 'seal')
    return isUnsealed || [...mergeContents(group).values()].some(({ outcome }) => outcome === 'pending' || outcome === 'dead')
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
