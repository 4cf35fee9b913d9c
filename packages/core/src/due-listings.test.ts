import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DueListing, dueListings } from './due-listings.ts'
import { dayMs, hourMs, minuteMs } from './interval.ts'
import type { Collection } from './tenant-history.ts'
import { listableMs } from './windows.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const collection: Collection = { from: start, contentTypes: ['Audit.Exchange'], windowMs: 10 * minuteMs }
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
    { entry: 'sweep-settle' as const, firstAt: start + 4 * dayMs + 6 * hourMs, end: start + 4 * dayMs },
  ])('$entry is due at its age and not before', ({ entry, firstAt, end }) => {
    expect(of(dueListings(collection, firstAt - 1, nothingKnown), entry)).toEqual([])
    expect(of(dueListings(collection, firstAt, nothingKnown), entry)).toMatchObject([{ start, end }])
  })

  test('an empty window needs its seal alone', () => {
    const due = dueListings(collection, start + hourMs, (_span, entry) => entry === 'seal')
    expect(of(due, 'listed')).toEqual([])
  })

  test('what the ledger has is not due again', () => {
    expect(dueListings(collection, start + 3 * dayMs, () => true)).toEqual([])
  })

  test('windows tile the time since collection began, or since the listing limit, without hole or overlap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 * dayMs }),
        fc.constantFrom(5, 10, 15, 20, 30, 60),
        fc.integer({ min: 0, max: 10 * dayMs }),
        (age, windowMinutes, offset) => {
          const windowMs = windowMinutes * minuteMs
          const from = Math.floor((start + offset) / windowMs) * windowMs
          const now = from + age
          const windows = of(dueListings({ ...collection, from, windowMs }, now, nothingKnown), 'listed')
          const first = Math.max(from, Math.ceil((now - listableMs) / windowMs) * windowMs)
          const expected = Math.max(0, Math.floor((now - 2 * minuteMs - first) / windowMs))
          expect(windows).toHaveLength(expected)
          windows.forEach((window, index) => {
            expect(window.start).toBe(first + index * windowMs)
            expect(window.end).toBe(window.start + windowMs)
          })
        },
      ),
    )
  })

  test('no span begins before what the service still lists', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 * dayMs }), (age) => {
        const now = start + age
        for (const listing of dueListings(collection, now, nothingKnown)) expect(listing.start).toBeGreaterThanOrEqual(now - listableMs)
      }),
    )
  })
})
