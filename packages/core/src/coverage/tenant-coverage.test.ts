import { describe, expect, test } from 'vitest'
import { dayMs, hourMs, type Interval, minuteMs } from '../interval.ts'
import type { EntryContent, EntryName, LedgerEntry, Outcome } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'
import { parseTenantId } from '../tenant-id.ts'
import { listableMs } from '../windows.ts'
import type { CoverageState } from './coverage-state.ts'
import { missingLastSweeps } from './missing-last-sweeps.ts'
import { tenantCoverage } from './tenant-coverage.ts'

const day0 = Date.parse('2024-03-11T00:00:00Z')
const contentType = 'Audit.Exchange'
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const hour = (n: number): number => day0 + n * hourMs
const history: HistoryEvent[] = [
  { kind: 'added', at: day0, contentTypes: [contentType], windowMinutes: 30, backfill: false },
  { kind: 'subscription-verified', at: day0, contentType },
]

interface Listed {
  readonly from: number
  readonly to: number
  readonly at?: number
  readonly entry?: EntryName
  readonly contents?: readonly EntryContent[]
  readonly serviceDate?: number | null
  readonly listing?: null
}

function entry({ from, to, at = to + 2 * minuteMs, entry = 'seal', contents = [], serviceDate = at, listing }: Listed): LedgerEntry {
  return {
    tenantId,
    contentType,
    start: from,
    end: to,
    entry,
    writtenAt: at,
    listing: listing === null ? null : { serviceDate, localDate: at, pages: 1, contents: contents.length },
    operations: ['MailItemsAccessed'],
    selectorVersion: '1',
    contents,
  }
}

function content(created: number, outcome: Outcome, id = `content-${created}`): EntryContent {
  const expiration = created + 7 * dayMs
  return { id, uri: 'https://service/1', created, expiration, outcome, recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
}

/** Empty windows of half an hour, each listed 2 minutes after its end and sealed. */
function windows(fromHour: number, toHour: number): LedgerEntry[] {
  return Array.from({ length: 2 * (toHour - fromHour) }, (_, index) =>
    entry({ from: hour(fromHour + index / 2), to: hour(fromHour + index / 2 + 0.5) }),
  )
}

/** The settling sweep of a day: the day and the 72 h after it, 6 h after their end. */
function settleSweep(day: number, at = day0 + (day + 4) * dayMs + 6 * hourMs): LedgerEntry {
  return entry({ from: day0 + day * dayMs, to: day0 + (day + 4) * dayMs, at, entry: 'sweep-settle' })
}

const settledDay = [...windows(0, 103), settleSweep(0)]

function statesOf(entries: readonly LedgerEntry[], range: Interval, events: readonly HistoryEvent[] = history): CoverageState[] {
  const intervals = tenantCoverage({ contentType, history: events, entries }, range)
  return Array.from({ length: (range.to - range.from) / hourMs }, (_, index) => {
    const at = range.from + index * hourMs
    const found = intervals.find(({ from, to }) => from <= at && at < to)
    if (!found) throw new Error(`no interval covers hour ${index}`)
    return found.state
  })
}

const firstDay = { from: day0, to: day0 + dayMs }
const allOf = (state: CoverageState, count = 24): CoverageState[] => Array.from({ length: count }, () => state)

describe('the rule', () => {
  test('a day is settled when every window up to the horizon after it is sealed and listed again late enough', () => {
    expect(statesOf(settledDay, firstDay)).toEqual(allOf('settled'))
  })

  test('is outside where its raw was removed, whatever the ledger says of it', () => {
    const evidence = { contentType, history, entries: settledDay, retiredBefore: hour(6) }
    expect(tenantCoverage(evidence, firstDay)).toEqual([
      { from: hour(0), to: hour(6), state: 'outside', cause: 'beyond retention', recoverable: false },
      { from: hour(6), to: hour(24), state: 'settled' },
    ])
  })

  test('without the settling sweep it is provisional while the span can be listed', () => {
    expect(statesOf(windows(0, 103), firstDay)).toEqual(allOf('provisional'))
  })

  test('a re-listing 6 hours after each window does not show what became listable by the horizon', () => {
    const early = Array.from({ length: 97 }, (_, n) => entry({ from: hour(n), to: hour(n + 1), at: hour(n + 7), entry: 'sweep-6h' }))
    expect(statesOf([...windows(0, 103), ...early], firstDay)).toEqual(allOf('provisional'))
  })

  test('a settling sweep made too early by the service clock settles only what it proves', () => {
    const early = settleSweep(0, hour(96))
    // Hour 18 and later need a listing at or after hour 97, 6 hours after the last window that can hold their records.
    expect(statesOf([...windows(0, 103), early], firstDay)).toEqual([...allOf('settled', 18), ...allOf('provisional', 6)])
  })

  test('a listed span that was not listed again in time is unverified once it has aged out', () => {
    expect(statesOf([...windows(0, 270)], firstDay)).toEqual(allOf('unverified'))
  })

  test('a re-listing that is three hours late is told of while the span can be listed', () => {
    const late = [...windows(0, 106)]
    const causes = (entries: readonly LedgerEntry[]): unknown[] => tenantCoverage({ contentType, history, entries }, firstDay)
    expect(causes(late)).toMatchObject([{ state: 'provisional', cause: 'waiting for late records: the last re-listing is overdue' }])
    expect(causes(late.slice(0, -4))).toMatchObject([{ cause: 'waiting for late records: the last re-listing is not done' }])
  })

  test('the horizon is a choice: a shorter one settles sooner, a longer one later', () => {
    const settledHours = (horizonHours: number): number =>
      tenantCoverage({ contentType, history, entries: settledDay, horizonMs: horizonHours * hourMs }, firstDay)
        .filter(({ state }) => state === 'settled')
        .reduce((sum, { from, to }) => sum + (to - from) / hourMs, 0)
    expect([24, 72, 73, 120].map(settledHours)).toEqual([24, 24, 23, 0])
  })

  test('time is taken from service dates: a reader long after sees what the ledger proves', () => {
    expect(tenantCoverage({ contentType, history, entries: windows(0, 2) }, { from: hour(0), to: hour(1) })).toMatchObject([
      { state: 'provisional', recoverable: true },
    ])
  })

  test('intervals tile the range, cut at its ends', () => {
    const range = { from: hour(3) + 20 * minuteMs, to: hour(5) + 10 * minuteMs }
    expect(tenantCoverage({ contentType, history, entries: settledDay }, range)).toEqual([{ ...range, state: 'settled' }])
  })
})

describe('windows are in contentCreated, coverage is in event time', () => {
  // A content that became available in hour 30 may hold events of any of the 72 hours before.
  const late = [...windows(0, 30), ...windows(30.5, 127)]
  const lost = entry({ from: hour(30), to: hour(30.5), contents: [content(hour(30), 'expired')] })

  test('a lost content taints every event hour within the horizon before it, and none after it', () => {
    const entries = [...late, lost, settleSweep(0), settleSweep(1)]
    expect(statesOf(entries, { from: hour(0), to: hour(48) })).toEqual([...allOf('gap_collector', 31), ...allOf('settled', 17)])
  })

  test('an unlisted window taints them too, and can be mended while it can be listed', () => {
    const intervals = tenantCoverage({ contentType, history, entries: late }, { from: hour(10), to: hour(31) })
    // Before that the service stops to list what waits for its last re-listing.
    expect(intervals).toMatchObject([
      { state: 'gap_collector', cause: 'a window was never listed', recoverable: true, until: hour(10) + listableMs },
    ])
    const swept = tenantCoverage({ contentType, history, entries: [...late, settleSweep(1)] }, { from: hour(24), to: hour(31) })
    expect(swept).toMatchObject([{ state: 'gap_collector', until: hour(30) + listableMs }])
  })

  test('a content stored at any time later ends the taint', () => {
    const stored = entry({ from: hour(30), to: hour(30.5), entry: 'repair-1', listing: null, contents: [content(hour(30), 'stored')] })
    expect(statesOf([...late, lost, stored, settleSweep(0), settleSweep(1)], firstDay)).toEqual(allOf('settled'))
  })

  test('only an entry that stores the same content closes its gap', () => {
    const other = entry({
      from: hour(30),
      to: hour(31),
      entry: 'repair-1',
      listing: null,
      contents: [content(hour(30), 'stored', 'other')],
    })
    expect(statesOf([...late, lost, other, settleSweep(0)], firstDay)).toEqual(allOf('gap_collector'))
  })

  test('the order of entries does not matter', () => {
    const entries = [...late, lost, settleSweep(0), settleSweep(1)]
    expect(statesOf(entries.toReversed(), firstDay)).toEqual(statesOf(entries, firstDay))
  })
})

describe('listings that prove nothing', () => {
  test('a window listed before its end plus two minutes by the service clock counts as unlisted, however far ahead the local clock is', () => {
    const ahead = entry({ from: hour(5), to: hour(5.5), at: hour(6), serviceDate: hour(5.5) + minuteMs })
    const entries = [...windows(0, 5), ahead, ...windows(5.5, 103)]
    expect(statesOf(entries, { from: hour(0), to: hour(6) })).toEqual(allOf('gap_collector', 6))
  })

  test('a listing without the service date never settles', () => {
    const undated = { ...settleSweep(0), listing: { serviceDate: null, localDate: hour(200), pages: 1, contents: 0 } }
    expect(statesOf([...windows(0, 103), undated], firstDay)).toEqual(allOf('provisional'))
  })

  test('a window that is listed and not sealed is provisional for an hour, then its contents are a gap', () => {
    const listed = entry({ from: hour(5), to: hour(6), entry: 'listed', contents: [content(hour(5), 'pending')] })
    const range = { from: hour(5), to: hour(6) }
    expect(statesOf([...windows(0, 5), listed], range)).toEqual(['provisional'])
    expect(statesOf([...windows(0, 5), listed, ...windows(6, 8)], range)).toEqual(['gap_collector'])
  })

  test('a seal that leaves a content pending is a gap at once', () => {
    const sealed = entry({ from: hour(5), to: hour(6), listing: null, contents: [content(hour(5), 'pending')] })
    const listed = entry({ from: hour(5), to: hour(6), entry: 'listed', contents: [content(hour(5), 'pending')] })
    expect(statesOf([...windows(0, 5), listed, sealed], { from: hour(5), to: hour(6) })).toEqual(['gap_collector'])
  })
})

describe('what an interval says beside its state', () => {
  test('while a content can be fetched its gap can heal, and as long as all that is missing can be had', () => {
    const pending = entry({ from: hour(30), to: hour(30.5), contents: [content(hour(30), 'pending')] })
    const entries = [...windows(0, 30), pending, ...windows(30.5, 127), settleSweep(0), settleSweep(1)]
    expect(tenantCoverage({ contentType, history, entries }, { from: hour(0), to: hour(48) })).toMatchObject([
      { state: 'gap_collector', recoverable: true, until: hour(30) + 7 * dayMs },
      { state: 'settled' },
    ])
  })

  test('of two gaps of an hour the one that stays decides whether it can heal', () => {
    const pending = entry({ from: hour(5), to: hour(5.5), contents: [content(hour(5), 'pending')] })
    const expired = entry({ from: hour(6), to: hour(6.5), contents: [content(hour(6), 'expired')] })
    const entries = [...windows(0, 5), pending, ...windows(5.5, 6), expired, ...windows(6.5, 103), settleSweep(0)]
    expect(tenantCoverage({ contentType, history, entries }, { from: hour(5), to: hour(6) })).toMatchObject([{ recoverable: false }])
  })

  test('a last sweep that did not come is noted beside settled hours, and unsettles none', () => {
    const until = (end: number): LedgerEntry[] => [...windows(0, end), settleSweep(0), settleSweep(1)]
    const last = entry({ from: hour(0), to: hour(24), at: hour(156), entry: 'sweep-last' })
    const notes = (given: readonly LedgerEntry[]): Interval[] => {
      const evidence = { contentType, history, entries: given }
      const coverage = tenantCoverage(evidence, firstDay)
      expect(coverage).toEqual([{ ...firstDay, state: 'settled' }])
      return missingLastSweeps(evidence, firstDay, coverage)
    }
    expect(notes(until(158))).toEqual([])
    expect(notes(until(160))).toEqual([firstDay])
    // That of the next day, which may hold its records too, is not due yet.
    expect(notes([...until(160), last])).toEqual([])
  })
})

describe('causes', () => {
  test.each<{ outcome: Outcome; state: CoverageState; recoverable: boolean }>([
    { outcome: 'pending', state: 'gap_collector', recoverable: true },
    { outcome: 'dead', state: 'gap_collector', recoverable: true },
    { outcome: 'dropped', state: 'gap_collector', recoverable: false },
    { outcome: 'quarantined', state: 'gap_collector', recoverable: true },
    { outcome: 'expired', state: 'gap_collector', recoverable: false },
    { outcome: 'missing', state: 'gap_upstream', recoverable: false },
  ])('a $outcome content is $state', ({ outcome, state, recoverable }) => {
    const gap = entry({ from: hour(5), to: hour(6), contents: [content(hour(5), outcome)] })
    const entries = [...windows(0, 5), gap, ...windows(6, 103), settleSweep(0)]
    expect(tenantCoverage({ contentType, history, entries }, { from: hour(5), to: hour(6) })).toMatchObject([{ state, recoverable }])
  })
})

describe('the subscription', () => {
  test('windows that begin before the first positive check are unverified for good, hours after it are not', () => {
    const checkedLate = history.map((event) => (event.kind === 'subscription-verified' ? { ...event, at: hour(2) + minuteMs } : event))
    expect(statesOf(settledDay, { from: hour(0), to: hour(5) }, checkedLate)).toEqual([...allOf('unverified', 3), ...allOf('settled', 2)])
  })

  test('never verified, nothing is covered', () => {
    expect(statesOf(settledDay, firstDay, history.slice(0, 1))).toEqual(allOf('unverified'))
  })

  test('a refusal opens a gap from the last listing to the first one after a verified start', () => {
    const events: HistoryEvent[] = [
      ...history,
      { kind: 'subscription-lost', at: hour(12), contentType, lastListed: hour(10) + 2 * minuteMs, reason: 'disabled' },
      { kind: 'subscription-verified', at: hour(14), contentType },
    ]
    const states = statesOf([...windows(0, 127), settleSweep(0), settleSweep(1)], { from: hour(0), to: hour(24) }, events)
    expect(states).toEqual([...allOf('gap_subscription', 15), ...allOf('settled', 9)])
  })

  test('while it is still refused the gap has no end', () => {
    const events: HistoryEvent[] = [
      ...history,
      { kind: 'subscription-lost', at: hour(12), contentType, lastListed: hour(10), reason: 'missing' },
    ]
    expect(statesOf(windows(0, 103), firstDay, events)).toEqual(allOf('gap_subscription'))
  })

  test('hours without contents while nothing was listed for more than an hour are unverified', () => {
    const afterOutage = Array.from({ length: 5 }, (_, n) => entry({ from: hour(20 + n), to: hour(21 + n), at: hour(25) }))
    const entries = [...windows(0, 20), ...afterOutage, ...windows(25, 127), settleSweep(0), settleSweep(1)]
    expect(statesOf(entries, { from: hour(20), to: hour(28) })).toEqual([...allOf('unverified', 5), ...allOf('settled', 3)])
  })

  test('a pause that began before the evidence at hand is one too', () => {
    const entries = [...windows(20, 127), settleSweep(0), settleSweep(1)]
    expect(statesOf(entries, { from: hour(20), to: hour(24) })).toEqual(['unverified', ...allOf('settled', 3)])
  })

  test('a content created in such an hour shows that the subscription was on', () => {
    const afterOutage = Array.from({ length: 6 }, (_, n) =>
      entry({ from: hour(20 + n), to: hour(21 + n), at: hour(26), contents: [content(hour(20 + n), 'stored')] }),
    )
    const entries = [...windows(0, 20), ...afterOutage, ...windows(26, 127), settleSweep(0), settleSweep(1)]
    expect(statesOf(entries, { from: hour(19), to: hour(26) })).toEqual(allOf('settled', 7))
  })
})

describe('pause and removal', () => {
  // A content in each window shows that the subscription was on.
  const busy = (from: number, to: number): LedgerEntry[] =>
    windows(from, to).map((window) => ({ ...window, contents: [content(window.start, 'stored')] }))
  // Sweeps end where the collection does.
  const cutSweeps = [0, 1, 2, 3]
    .map((day) => settleSweep(day))
    .flatMap((sweep) => [
      { ...sweep, end: Math.min(sweep.end, hour(30)) },
      { ...sweep, start: Math.max(sweep.start, hour(34)) },
    ])
  const entries = [...busy(0, 30), ...busy(34, 200), ...cutSweeps.filter(({ start, end }) => start < end)]
  const paused: HistoryEvent[] = [...history, { kind: 'paused', at: hour(30) }, { kind: 'resumed', at: hour(34), backfill: false }]

  test('nothing can be said of the pause, nor of the horizon before it', () => {
    expect(statesOf(entries, { from: hour(0), to: hour(60) }, paused)).toEqual([...allOf('outside', 34), ...allOf('settled', 26)])
    expect(tenantCoverage({ contentType, history: paused, entries }, { from: hour(31), to: hour(32) })).toMatchObject([
      { cause: 'collection was paused' },
    ])
  })

  test('a pause that was listed later is covered like any other time', () => {
    expect(statesOf([...entries, ...busy(30, 34), settleSweep(0), settleSweep(1)], { from: hour(0), to: hour(60) }, paused)).toEqual(
      allOf('settled', 60),
    )
  })

  test('time before a removal is missing, not outside, and time after it is outside', () => {
    const removed: HistoryEvent[] = [...history, { kind: 'removed', at: hour(30) }]
    const states = statesOf([...busy(0, 30), ...cutSweeps.slice(0, 1)], { from: hour(0), to: hour(40) }, removed)
    expect(states).toEqual([...allOf('gap_collector', 30), ...allOf('outside', 10)])
  })

  test('what was not listed before a removal stays missing, although the clock of the ledger stands still', () => {
    const removed: HistoryEvent[] = [...history, { kind: 'removed', at: hour(90) }]
    const entries = [...busy(0, 89), settleSweep(-2, hour(54))]
    const intervals = tenantCoverage({ contentType, history: removed, entries }, { from: hour(-24), to: hour(88) })
    expect(intervals.slice(1)).toMatchObject([
      { state: 'gap_collector', cause: 'the tenant was removed', recoverable: false, to: hour(88) },
    ])
  })

  test('collected again after a removal, only what lies between is missing or outside', () => {
    const again: HistoryEvent[] = [
      ...history,
      { kind: 'removed', at: hour(30) },
      { kind: 'added', at: hour(34), contentTypes: [contentType], windowMinutes: 30, backfill: false },
    ]
    const states = statesOf(entries, { from: hour(0), to: hour(60) }, again)
    expect(states).toEqual([...allOf('gap_collector', 30), ...allOf('outside', 4), ...allOf('settled', 26)])
  })

  test('an entry answers only for the operations it kept', () => {
    const kept = [...busy(0, 127), settleSweep(0)]
    const others = kept.map((entry) => (entry.start < hour(6) ? { ...entry, operations: ['UserLoggedIn'] } : entry))
    expect(statesOf(kept, { from: hour(0), to: hour(24) })).toEqual(allOf('settled'))
    expect(tenantCoverage({ contentType, history, entries: others }, { from: hour(5), to: hour(6) })).toMatchObject([
      { state: 'outside', cause: 'this operation was not kept then' },
    ])
  })

  test('windows of several lengths make one grid', () => {
    const changed: HistoryEvent[] = [
      ...history,
      { kind: 'collection-changed', at: hour(9.5), contentTypes: [contentType], windowMinutes: 10 },
    ]
    const short = Array.from({ length: 6 * 120 }, (_, n) => entry({ from: hour(10 + n / 6), to: hour(10 + (n + 1) / 6) }))
    expect(statesOf([...windows(0, 10), ...short, settleSweep(0)], firstDay, changed)).toEqual(allOf('settled'))
    const other = changed.map((event) => (event.kind === 'collection-changed' ? { ...event, windowMinutes: 20 } : event))
    const long = Array.from({ length: 3 * 120 }, (_, n) => entry({ from: hour(10 + n / 3), to: hour(10 + (n + 1) / 3) }))
    expect(statesOf([...windows(0, 10), ...long, settleSweep(0)], firstDay, other)).toEqual(allOf('settled'))
  })
})

describe('outside', () => {
  test('time before collection began', () => {
    expect(statesOf(settledDay, { from: hour(-80), to: hour(-78) })).toEqual(allOf('outside', 2))
  })

  test('a content type that is not collected', () => {
    expect(tenantCoverage({ contentType: 'Audit.SharePoint', history, entries: settledDay }, firstDay)).toMatchObject([
      { state: 'outside' },
    ])
  })
})
