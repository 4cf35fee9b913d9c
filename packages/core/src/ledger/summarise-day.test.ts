import { describe, expect, test } from 'vitest'
import type { CollectionPeriod } from '../collection.ts'
import { dayMs, hourMs, minuteMs } from '../interval.ts'
import { parseTenantId } from '../tenant-id.ts'
import type { EntryContent, LedgerEntry, Outcome } from './ledger-entry.ts'
import { summariseDay } from './summarise-day.ts'

const day = Date.parse('2024-03-11T00:00:00Z')
const contentType = 'Audit.Exchange'
const always: CollectionPeriod = {
  from: day - dayMs,
  to: Number.POSITIVE_INFINITY,
  contentType,
  windowMs: hourMs,
  lane: 'live',
  since: 0,
}
const hours = Array.from({ length: 24 }, (_, hour) => day + hour * hourMs)

describe(summariseDay, () => {
  test('a day that is listed, sealed and stored has no gap', () => {
    const entries = hours.flatMap((start) => [
      entry(start, 'listed', [content('a', start, 'pending')]),
      entry(start, 'seal', [stored(start)]),
    ])
    expect(summariseDay(entries, day, [always])).toMatchObject({
      windows: { expected: 24, listed: 24, sealed: 24 },
      contents: { stored: 24, pending: 24 },
      recordsSeen: 24 * 5,
      serviceDate: '2024-03-12T00:02:00.000Z',
    })
    const sealed = entries.filter(({ contents: [first] }) => first?.outcome === 'stored')
    expect(summariseDay(sealed.map(asListing), day, [always])).toMatchObject({ gaps: [], gapsLeftOut: 0, nextExpiry: null })
  })

  test('names what is not listed, not sealed and not stored, neighbours as one', () => {
    const entries = [
      ...hours.slice(4, 22).map((start) => asListing(entry(start, 'seal', []))),
      entry(hours[22] ?? 0, 'listed', [content('b', hours[22] ?? 0, 'missing'), content('c', hours[22] ?? 0, 'pending')]),
      asListing(entry(hours[23] ?? 0, 'seal', [])),
    ]
    expect(summariseDay(entries, day, [always])).toMatchObject({
      windows: { expected: 24, listed: 20, sealed: 19 },
      gaps: [
        { from: '2024-03-11T00:00:00.000Z', to: '2024-03-11T04:00:00.000Z', cause: 'unlisted' },
        { from: '2024-03-11T22:00:00.000Z', to: '2024-03-11T23:00:00.000Z', cause: 'unsealed' },
        { from: '2024-03-11T22:00:00.000Z', to: '2024-03-11T22:10:00.000Z', cause: 'missing' },
        { from: '2024-03-11T22:00:00.000Z', to: '2024-03-11T22:10:00.000Z', cause: 'pending' },
      ],
      nextExpiry: '2024-03-18T22:00:00.000Z',
    })
  })

  test('names what was dropped as a gap that nothing closes, and is as before where nothing was', () => {
    const dropped = summariseDay([entry(day, 'seal', [content('d', day, 'dropped')])], day, [])
    expect(dropped).toMatchObject({ contents: { dropped: 1, dead: 0 }, gaps: [{ cause: 'dropped' }], nextExpiry: null })
    expect(Object.keys(summariseDay([], day, []).contents)).toEqual(['stored', 'quarantined', 'expired', 'missing', 'dead', 'pending'])
  })

  test('counts the gaps that it has no room to name', () => {
    const windowMs = 10 * minuteMs
    const entries = hours.map((start) => asListing({ ...entry(start, 'seal', []), end: start + windowMs }))
    const { gaps, gapsLeftOut, windows } = summariseDay(entries, day, [{ ...always, windowMs }])
    expect([gaps.length, gapsLeftOut, windows.expected]).toEqual([12, 12, 144])
  })

  test('expects nothing where nothing was collected', () => {
    const paused = { ...always, to: day + 2 * hourMs }
    expect(summariseDay([], day, [paused, { ...always, from: day + 20 * hourMs }])).toMatchObject({
      windows: { expected: 6, listed: 0, sealed: 0 },
      gaps: [{ to: '2024-03-11T02:00:00.000Z' }, { from: '2024-03-11T20:00:00.000Z' }],
    })
  })

  test('counts a window that a sweep listed', () => {
    const sweep: LedgerEntry = { ...entry(day, 'sweep-24h', []), end: day + dayMs }
    expect(summariseDay([sweep], day, [always]).windows).toEqual({ expected: 24, listed: 24, sealed: 0 })
  })
})

function entry(start: number, name: LedgerEntry['entry'], contents: readonly EntryContent[]): LedgerEntry {
  const listing = name === 'seal' ? null : { serviceDate: start + 62 * minuteMs, localDate: start + 62 * minuteMs, pages: 1, contents: 1 }
  const span = { contentType, start, end: start + hourMs }
  const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
  return { tenantId, ...span, entry: name, writtenAt: start + 2 * hourMs, listing, operations: [], selectorVersion: '1', contents }
}

function asListing(seal: LedgerEntry): LedgerEntry {
  return { ...seal, listing: { serviceDate: seal.end + 2 * minuteMs, localDate: seal.end, pages: 1, contents: 0 } }
}

function stored(start: number): EntryContent {
  return content(`stored-${start}`, start, 'stored')
}

function content(id: string, created: number, outcome: Outcome): EntryContent {
  return {
    id: `${id}-${created}`,
    uri: 'https://x',
    created,
    expiration: created + 7 * dayMs,
    outcome,
    recordsSeen: outcome === 'stored' ? 5 : 0,
    recordsKept: 0,
    bodySha256: null,
    objects: [],
  }
}
