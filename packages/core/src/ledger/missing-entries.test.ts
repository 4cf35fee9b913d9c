import { describe, expect, test } from 'vitest'
import { collectedSpans } from '../collected-spans.ts'
import { collectionOf } from '../collection.ts'
import { defaultHorizonMs, dueListings } from '../due-listings.ts'
import { dayMs, hourMs, minuteMs } from '../interval.ts'
import type { HistoryEvent } from '../tenant-history.ts'
import { parseTenantId } from '../tenant-id.ts'
import type { FoldSummary } from './fold-summary.ts'
import type { KnownEntries, LedgerPlan } from './known-entries.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import { missingEntries } from './missing-entries.ts'
import { missingFold } from './missing-fold.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const contentType = 'Audit.Exchange'
const start = Date.parse('2024-03-14T00:00:00Z')
const added: HistoryEvent = { kind: 'added', at: start, contentTypes: [contentType], windowMinutes: 60, backfill: false }

const planOf = (present: number, history: readonly HistoryEvent[] = [added]): LedgerPlan => ({
  collection: collectionOf(history),
  collected: collectedSpans(history),
  present,
  horizonMs: defaultHorizonMs,
})

/** All that is due of the first day at `now`, each window empty and so sealed at once. */
function entriesAt(now: number, history: readonly HistoryEvent[] = [added]): LedgerEntry[] {
  const due = dueListings(collectionOf(history), now, () => false).filter((listing) => listing.start < start + dayMs)
  return due.map(({ entry, ...span }) => ({
    tenantId,
    contentType,
    start: span.start,
    end: span.end,
    entry: entry === 'listed' ? 'seal' : entry,
    writtenAt: now,
    listing: { serviceDate: now, localDate: now, pages: 1, contents: 0 },
    operations: [],
    selectorVersion: '1',
    contents: [],
  }))
}

const dayOf = (entries: readonly LedgerEntry[], fold?: KnownEntries['fold']): KnownEntries => ({
  contentType,
  start,
  names: entries,
  entries,
  fold,
})
const found = (day: KnownEntries, plan: LedgerPlan): string[] =>
  missingEntries(day, plan).map((entry) => `${entry.why} ${(entry.start - start) / hourMs} ${entry.entry} +${entry.more}`)
const summary = (members: Partial<FoldSummary>): FoldSummary => ({ gaps: [], gapsLeftOut: 0, ...members }) as FoldSummary

describe(missingEntries, () => {
  test.each([1, 5, 12, 30, 100, 110, 160].map((hours) => start + hours * hourMs))(
    'finds nothing where all is there that was due two hours ago (%i)',
    (present) => {
      expect(found(dayOf(entriesAt(present - 2 * hourMs)), planOf(present))).toEqual([])
    },
  )

  test('finds a window, and each sweep, that was due longer ago', () => {
    const present = start + 8 * dayMs
    const all = entriesAt(start + 6.9 * dayMs)
    for (const gone of all) {
      const rest = all.filter((entry) => entry !== gone)
      const why = gone.entry === 'seal' ? 'unlisted' : 'unswept'
      expect(found(dayOf(rest), planOf(present))).toEqual([`${why} ${(gone.start - start) / hourMs} ${gone.entry} +0`])
    }
  })

  test('tells of neighbours once', () => {
    const present = start + 5 * hourMs
    expect(found(dayOf([]), planOf(present))).toEqual(['unlisted 0 seal +1', 'unswept 0 sweep-1h +0'])
  })

  test('expects nothing of a fleet that was told to stop before it had time, nor what a backfill has not come to', () => {
    const removed: HistoryEvent = { kind: 'removed', at: start + 2.5 * hourMs }
    expect(found(dayOf([]), planOf(start + 5 * dayMs, [added, removed]))).toEqual([])
    const later: HistoryEvent = { ...added, at: start + 3 * dayMs, backfill: true }
    expect(found(dayOf([]), planOf(start + 3 * dayMs + 23 * hourMs, [later]))).toEqual([])
    expect(found(dayOf([]), planOf(start + 4 * dayMs + 3 * hourMs, [later]))).toContain('unlisted 0 seal +23')
  })

  test('takes sweeps that went on hour by hour, and settling ones of another horizon, for what they are', () => {
    const present = start + 8 * dayMs
    const all = entriesAt(start + 6.9 * dayMs)
    const others = all.map((entry) => {
      if (entry.entry === 'sweep-last') return { ...entry, start: start + 20 * hourMs, end: start + 21 * hourMs }
      return entry.entry === 'sweep-settle' ? { ...entry, end: entry.end + dayMs } : entry
    })
    expect(found(dayOf(others), planOf(present))).toEqual([])
  })

  test.each([
    { what: 'the fold tells that it was not listed', fold: { number: 1, summary: summary({ gaps: [gapAt(3)] }) }, lacks: [] },
    { what: 'its fold is the last', fold: { number: 3, summary: summary({}) }, lacks: [] },
    { what: 'its fold cannot be read', fold: { number: 2 }, lacks: [] },
    { what: 'the fold tells of another', fold: { number: 1, summary: summary({ gaps: [gapAt(7)] }) }, lacks: ['unlisted 3 seal +0'] },
  ])('of a window that is not there while $what', ({ fold, lacks }) => {
    const rest = entriesAt(start + 2 * dayMs).filter((entry) => entry.entry !== 'seal' || entry.start !== start + 3 * hourMs)
    expect(found(dayOf(rest, fold), planOf(start + 2 * dayMs))).toEqual(lacks)
  })

  test('finds what the entries of a span ask for', () => {
    const present = start + 8 * dayMs
    const all = entriesAt(start + 6.9 * dayMs)
    const [first] = all.filter(({ entry }) => entry === 'seal')
    if (!first) throw new Error('There is no window.')
    const of = (...group: LedgerEntry[]): KnownEntries => dayOf([...all.filter((entry) => entry !== first), ...group])
    const listed: LedgerEntry = { ...first, entry: 'listed' }
    const seal: LedgerEntry = { ...first, listing: null }
    const plan = planOf(present)
    expect(found(of(listed, seal), plan)).toEqual([])
    expect(found(of(listed), plan)).toEqual(['unsealed 0 seal +0'])
    expect(found(of(seal), plan)).toEqual(['no listing 0 listed +0'])
    expect(found(of(listed, seal, { ...seal, entry: 'repair-3' }, { ...seal, entry: 'repair-1' }), plan)).toEqual([
      'unnumbered 0 repair-2 +0',
    ])
  })
})

describe(missingFold, () => {
  const at = (present: number, fold?: KnownEntries['fold'], entries = entriesAt(present)): number | undefined =>
    missingFold(dayOf(entries, fold), planOf(present))

  test('is the one that the age of the day asks for, half a day late', () => {
    expect(at(start + dayMs + 19 * hourMs)).toBeUndefined()
    expect(at(start + dayMs + 21 * hourMs)).toBe(1)
    expect(at(start + dayMs + 21 * hourMs, { number: 1 })).toBeUndefined()
    expect(at(start + 5 * dayMs, { number: 1 })).toBe(2)
    expect(at(start + 7.5 * dayMs, { number: 2 }, entriesAt(start + 6.9 * dayMs))).toBe(3)
    expect(at(start + 7.5 * dayMs, { number: 3 }, entriesAt(start + 6.9 * dayMs))).toBeUndefined()
  })

  test('is none of a day of which nothing is there, nor the last while a window waits for its seal', () => {
    expect(at(start + 3 * dayMs, undefined, [])).toBeUndefined()
    const all = entriesAt(start + 6.9 * dayMs)
    const open = all.map((entry, index): LedgerEntry => (index === 0 ? { ...entry, entry: 'listed' } : entry))
    expect(at(start + 7.5 * dayMs, { number: 2 }, open)).toBeUndefined()
  })
})

test('spans are listed from when a tenant is added until it is removed, paused or not', () => {
  const history: HistoryEvent[] = [
    added,
    { kind: 'paused', at: start + minuteMs },
    { kind: 'removed', at: start + hourMs },
    { kind: 'removed', at: start + 2 * hourMs },
    { ...added, at: start + 3 * hourMs },
  ]
  expect(collectedSpans(history)).toEqual([
    { from: start, to: start + hourMs },
    { from: start + 3 * hourMs, to: Number.POSITIVE_INFINITY },
  ])
})

function gapAt(hour: number): FoldSummary['gaps'][number] {
  const iso = (time: number): string => new Date(time).toISOString()
  return { from: iso(start + hour * hourMs), to: iso(start + (hour + 1) * hourMs), cause: 'unlisted' }
}
