import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collectionOf } from './collection.ts'
import { type DueListing, dueListings, longestHorizonMs, openWindows } from './due-listings.ts'
import { dayMs, hourMs, minuteMs } from './interval.ts'
import type { CollectionEvent, HistoryEvent } from './tenant-history.ts'
import { listableMs, windowsOver } from './windows.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const contentType = 'Audit.Exchange'
const added: HistoryEvent = { kind: 'added', at: start, contentTypes: [contentType], windowMinutes: 10, backfill: false }
const collection = collectionOf([added])
const nothingKnown = (): boolean => false
const of = (due: readonly DueListing[], entry: DueListing['entry']): DueListing[] => due.filter((listing) => listing.entry === entry)

describe(dueListings, () => {
  test.each([
    { title: 'a window is not due before its end plus two minutes', now: start + 12 * minuteMs - 1, expected: 0 },
    { title: 'and is due from then on', now: start + 12 * minuteMs, expected: 1 },
  ])('$title', ({ now, expected }) => {
    expect(of(dueListings(collection, now, nothingKnown), 'listed')).toHaveLength(expected)
  })

  test.each([
    { entry: 'sweep-1h' as const, firstAt: start + 2 * hourMs, end: start + hourMs },
    { entry: 'sweep-6h' as const, firstAt: start + 7 * hourMs, end: start + hourMs },
    { entry: 'sweep-24h' as const, firstAt: start + 2 * dayMs, end: start + dayMs },
    { entry: 'sweep-last' as const, firstAt: start + 6.5 * dayMs, end: start + dayMs },
    { entry: 'sweep-settle' as const, firstAt: start + 4 * dayMs + 6 * hourMs, end: start + 4 * dayMs },
  ])('$entry is due at its age and not before', ({ entry, firstAt, end }) => {
    expect(of(dueListings(collection, firstAt - 1, nothingKnown), entry)).toEqual([])
    expect(of(dueListings(collection, firstAt, nothingKnown), entry)).toMatchObject([{ start, end }])
  })

  test('the settling sweep follows the horizon', () => {
    const dueAfter = (horizonMs: number): number => {
      const isDue = (hours: number): boolean =>
        of(dueListings(collection, start + hours * hourMs, nothingKnown, horizonMs), 'sweep-settle').length > 0
      return Array.from({ length: 160 }, (_, hours) => hours).findIndex(isDue)
    }
    expect([24 * hourMs, longestHorizonMs].map(dueAfter)).toEqual([24 + 24 + 6, 24 + 120 + 6])
  })

  test('an empty window needs its seal alone', () => {
    const due = dueListings(collection, start + hourMs, (_span, entry) => entry === 'seal')
    expect(of(due, 'listed')).toEqual([])
  })

  test('what the ledger has is not due again', () => {
    expect(dueListings(collection, start + 3 * dayMs, () => true)).toEqual([])
  })

  test('a sweep ends where a pause cuts the collection', () => {
    const history: HistoryEvent[] = [added, { kind: 'paused', at: start + 95 * minuteMs }]
    const due = dueListings(collectionOf(history), start + 6.9 * dayMs, nothingKnown)
    expect(Math.max(...due.map(({ end }) => end))).toBe(start + 100 * minuteMs)
    expect(of(due, 'sweep-settle')).toMatchObject([{ start, end: start + 100 * minuteMs }])
  })

  test('of a day that has begun to age out the hours that are left are swept, unless the day was', () => {
    const now = start + 7 * dayMs + 2 * hourMs
    const hours = of(dueListings(collection, now, nothingKnown), 'sweep-24h').filter(({ end }) => end <= start + dayMs)
    expect(hours).toHaveLength(22)
    expect(hours[0]).toMatchObject({ start: start + 2 * hourMs, end: start + 3 * hourMs })
    const isSwept = (span: { start: number; end: number }): boolean => span.start === start && span.end === start + dayMs
    expect(of(dueListings(collection, now, isSwept), 'sweep-24h').filter(({ end }) => end <= start + dayMs)).toEqual([])
  })

  test('what is backfilled needs no sweep that was due before it was listed, but the one that settles', () => {
    const backfilled = collectionOf([{ ...added, backfill: true }])
    const due = dueListings(backfilled, start + 1, nothingKnown)
    expect(of(due, 'sweep-24h')).toEqual([])
    expect(of(due, 'sweep-settle').length).toBeGreaterThan(0)
    // Its last day's sweeps were not due yet.
    expect(of(dueListings(backfilled, start + dayMs, nothingKnown), 'sweep-24h')).toMatchObject([{ end: start }])
  })

  test('live windows go before backfilled ones, those somebody waits for before both, sweeps last', () => {
    const history: HistoryEvent[] = [
      { ...added, backfill: true },
      { kind: 'backfill-requested', at: start + hourMs, from: start - 2 * dayMs, to: start - 2 * dayMs + hourMs, priority: true },
    ]
    const lanes = dueListings(collectionOf(history), start + 4 * hourMs, nothingKnown).map(({ entry, lane }) =>
      entry === 'listed' || lane === 'incident' ? lane : 'sweep',
    )
    expect([...new Set(lanes)]).toEqual(['incident', 'live', 'backfill', 'sweep'])
    expect(lanes).toEqual(lanes.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
  })

  test('what is backfilled is swept in its own lane', () => {
    const due = dueListings(collectionOf([{ ...added, backfill: true }]), start + 8 * hourMs, nothingKnown)
    const lanesOf = (isLive: boolean): string[] =>
      of(due, 'sweep-6h').flatMap((sweep) => (sweep.start >= start === isLive ? sweep.lane : []))
    expect(new Set(lanesOf(true))).toEqual(new Set(['live']))
    expect(new Set(lanesOf(false))).toEqual(new Set(['backfill']))
  })

  test.each([
    { title: 'the open window is known by its start', now: start + 13 * minuteMs, expected: [start + 10 * minuteMs] },
    { title: 'at the very start of a window nothing is open', now: start + 10 * minuteMs, expected: [] },
  ])('$title', ({ now, expected }) => {
    expect(openWindows(collection, now).map((span) => span.start)).toEqual(expected)
  })

  test('nothing is open while collection is paused', () => {
    expect(openWindows(collectionOf([added, { kind: 'paused', at: start + minuteMs }]), start + 13 * minuteMs)).toEqual([])
  })

  const minutes = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max }).map((n) => n * minuteMs)
  const steps = fc.array(
    fc.tuple(
      fc.oneof({ weight: 5, arbitrary: minutes(90) }, { weight: 1, arbitrary: minutes(9 * 24 * 60) }),
      fc.option(fc.constantFrom('paused' as const, 'resumed' as const, 'removed' as const, 'added' as const), { freq: 4 }),
    ),
    { minLength: 1, maxLength: 60 },
  )
  const toEvent = (kind: 'paused' | 'resumed' | 'removed' | 'added', at: number): CollectionEvent =>
    kind === 'added'
      ? { kind, at, contentTypes: [contentType], windowMinutes: 20, backfill: true }
      : kind === 'resumed'
        ? { kind, at, backfill: true }
        : { kind, at }

  test('whatever the outages, pauses and removals: listed windows overlap nowhere, and what could be listed is listed', () => {
    fc.assert(
      fc.property(steps, (moves) => {
        const history: HistoryEvent[] = [{ ...added, backfill: true }]
        const listed = new Map<number, number>()
        const known = new Set<string>()
        const ticks: number[] = []
        let now = start
        for (const [pause, kind] of moves) {
          now += pause
          if (kind) history.push(toEvent(kind, now))
          ticks.push(now)
          const due = dueListings(collectionOf(history), now, (span, entry) => known.has(`${entry} ${span.start} ${span.end}`))
          for (const { entry, start: from, end } of due) {
            expect(end + 2 * minuteMs, entry).toBeLessThanOrEqual(now)
            known.add(`${entry} ${from} ${end}`)
            if (entry === 'listed') listed.set(from, end)
          }
        }
        const inOrder = [...listed].toSorted(([a], [b]) => a - b)
        inOrder.forEach(([, end], index) => {
          const next = inOrder[index + 1]
          if (next) expect(next[0]).toBeGreaterThanOrEqual(end)
        })
        for (const { from, to, windowMs, since } of collectionOf(history).periods) {
          for (const window of windowsOver({ from, to: Math.min(to, now) }, windowMs)) {
            if (listed.has(window.from)) continue
            const couldBeListed = ticks.filter(
              (tick) => tick >= since && tick >= window.to + 2 * minuteMs && window.from >= tick - listableMs,
            )
            expect(couldBeListed.map(iso), iso(window.from)).toEqual([])
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

const order = ['incident', 'live', 'backfill', 'sweep']
const iso = (time: number): string => new Date(time).toISOString()
