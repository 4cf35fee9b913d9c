import { expect, test } from 'vitest'
import { dayMs, hourMs, minuteMs } from '../interval.ts'
import type { EntryContent, LedgerEntry } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'
import { parseTenantId } from '../tenant-id.ts'
import { amendedIntervals, isLate } from './amended-intervals.ts'

const day = Date.parse('2024-03-11T00:00:00Z')
const contentType = 'Audit.Exchange'
const horizonMs = 24 * hourMs
const range = { from: day, to: day + dayMs }
const hour = (n: number): number => day + n * hourMs
const history: HistoryEvent[] = [
  { kind: 'added', at: day, contentTypes: [contentType], windowMinutes: 60, backfill: false },
  { kind: 'subscription-verified', at: day, contentType },
]

function entry(from: number, to: number, at: number, contents: readonly EntryContent[] = []): LedgerEntry {
  const listing = { serviceDate: at, localDate: at, pages: 1, contents: contents.length }
  const span = { tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'), contentType, start: hour(from), end: hour(to) }
  return { ...span, entry: 'seal', writtenAt: at, listing, operations: ['MailItemsAccessed'], selectorVersion: '1', contents }
}

/** The first day, listed in time and again when it could be settled, with a content in each hour. */
const entries = [
  ...Array.from({ length: 54 }, (_, n) => entry(n, n + 1, hour(n + 1) + 2 * minuteMs, [content(n, 'stored')])),
  entry(0, 48, hour(54)),
]
function content(n: number, outcome: EntryContent['outcome'], id = `content ${n}`): EntryContent {
  const described = { id, uri: '', created: hour(n), expiration: hour(n + 168), outcome }
  return { ...described, recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
}

const time = hour(3) + 30 * minuteMs

const amended = (cameAt: number, given: readonly LedgerEntry[] = entries): unknown =>
  amendedIntervals([{ time, cameAt }], { contentType, history, entries: given, horizonMs }, range)

test.each([
  { title: 'after an answer could call its hour settled', cameAt: hour(55), hours: 1 },
  { title: 'long after', cameAt: hour(5_000), hours: 1 },
  { title: 'by the listing that settles its hour', cameAt: hour(54), hours: 0 },
  { title: 'before', cameAt: hour(20), hours: 0 },
])('a record that comes $title amends $hours hours', ({ cameAt, hours }) => {
  expect(amended(cameAt)).toHaveLength(hours)
})

test('what is collected afterwards amends nothing, however late: no answer could call it settled', () => {
  const backfilled = entries.map(({ listing, ...rest }) => ({ ...rest, listing: listing && { ...listing, serviceDate: hour(60) } }))
  expect(amended(hour(61), backfilled)).toHaveLength(1)
  expect(amended(hour(60), backfilled)).toEqual([])
})

test('a content that was a gap at the time, or is one now, does not hide the mark', () => {
  const lost = content(5, 'missing', 'lost')
  expect(amended(hour(55), [...entries, entry(5, 6, hour(7), [lost])])).toHaveLength(1)
})

test('the mark is on whole hours, and neighbours are one interval', () => {
  const arrivals = [5, 1, 2, 1].map((n) => ({ time: hour(n) + 59 * minuteMs, cameAt: hour(100 + n) }))
  expect(amendedIntervals(arrivals, { contentType, history, entries, horizonMs }, range)).toEqual([
    { from: hour(1), to: hour(3) },
    { from: hour(5), to: hour(6) },
  ])
})

test('a record is late only when the last window that may hold its like is six hours old', () => {
  expect([hour(34), hour(34) + 1].map((cameAt) => isLate({ time, cameAt }, horizonMs))).toEqual([false, true])
})
