import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayMs, hourMs, type Interval, minuteMs, overlaps } from '../interval.ts'
import { type EntryContent, type EntryName, type LedgerEntry, type Outcome, outcomes } from '../ledger/ledger-entry.ts'
import type { HistoryEvent } from '../tenant-history.ts'
import { parseTenantId } from '../tenant-id.ts'
import { evidenceSpan } from './coverage-evidence.ts'
import type { CoverageInterval } from './coverage-state.ts'
import { coverageOf, type Doubt } from './doubt.ts'
import { tenantCoverage } from './tenant-coverage.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const contentType = 'Audit.Exchange'
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const horizonMs = 24 * hourMs
const hour = (n: number): number => start + n * hourMs
const range = { from: hour(0), to: hour(30) }
const history: HistoryEvent[] = [
  { kind: 'added', at: start, contentTypes: [contentType], windowMinutes: 60, backfill: false },
  { kind: 'subscription-verified', at: start, contentType },
]

function entry(from: number, to: number, name: EntryName, at: number | null, contents: readonly EntryContent[] = []): LedgerEntry {
  const listing = at === null ? null : { serviceDate: at, localDate: at, pages: 1, contents: contents.length }
  const span = { tenantId, contentType, start: hour(from), end: hour(to), entry: name }
  return { ...span, writtenAt: at ?? hour(to), listing, operations: ['MailItemsAccessed'], selectorVersion: '1', contents }
}

function content(id: string, created: number, outcome: Outcome): EntryContent {
  const expiration = created + 7 * dayMs
  return { id, uri: '', created, expiration, outcome, recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
}

/** Two days and the horizon after them, all listed, sealed and listed again late enough. */
const whole: readonly LedgerEntry[] = [
  ...Array.from({ length: 72 }, (_, n) => entry(n, n + 1, 'listed', hour(n + 1) + 2 * minuteMs, [content(`c${n}`, hour(n), 'pending')])),
  ...Array.from({ length: 72 }, (_, n) => entry(n, n + 1, 'seal', null, [content(`c${n}`, hour(n), 'stored')])),
  ...[0, 1].map((day) => entry(24 * day, 24 * day + 48, 'sweep-settle', hour(24 * day + 54))),
]

const coverage = (entries: readonly LedgerEntry[]): CoverageInterval[] =>
  tenantCoverage({ contentType, history, entries, horizonMs }, range)

function hoursIn(intervals: readonly CoverageInterval[], states: readonly string[]): number[] {
  return Array.from({ length: 30 }, (_, n) => n).filter((n) =>
    intervals.some(({ from, to, state }) => from <= hour(n) && hour(n) < to && states.includes(state)),
  )
}

const settledHours = (entries: readonly LedgerEntry[]): number[] => hoursIn(coverage(entries), ['settled'])

/** A ledger from which entries were lost, and contents of which came to other ends. */
const ledger = fc
  .tuple(
    fc.uniqueArray(fc.nat(whole.length - 1), { maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(71), fc.constantFrom(...outcomes)), { maxLength: 4 }),
  )
  .map(([lost, ends]) => [
    ...whole.filter((_, index) => !lost.includes(index)),
    ...ends.map(([n, outcome], index) => entry(n, n + 1, `repair-${index + 1}`, null, [content(`late${n}`, hour(n), outcome)])),
  ])

/** Any entry at all. */
const evidence = fc
  .record({
    from: fc.nat(71),
    hours: fc.constantFrom(1, 1, 24, 48),
    name: fc.constantFrom<EntryName>('listed', 'seal', 'sweep-6h', 'sweep-settle', 'repair-9'),
    age: fc.option(fc.nat(100), { nil: null }),
    named: fc.array(fc.tuple(fc.constantFrom('c', 'late', 'new'), fc.nat(71), fc.constantFrom(...outcomes)), { maxLength: 3 }),
  })
  .map(({ from, hours, name, age, named }) => {
    const at = age === null ? null : hour(from + hours + age) + 2 * minuteMs
    const contents = named.map(([kind, n, outcome]) => content(`${kind}${n}`, hour(n), outcome))
    return entry(from, from + hours, name, at, contents)
  })

test('the ledger from which nothing was lost settles all of it', () => {
  expect(coverage(whole)).toEqual([{ ...range, state: 'settled' }])
})

describe('whatever the ledger', () => {
  test('the order of entries does not matter', () => {
    const shuffled = ledger.chain((entries) => fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })))
    fc.assert(
      fc.property(shuffled, ([entries, others]) => {
        expect(coverage(others)).toEqual(coverage(entries))
      }),
    )
  })

  test('the same entry twice says nothing more', () => {
    fc.assert(
      fc.property(ledger, fc.nat(100), (entries, n) => {
        expect(coverage([...entries, ...entries.slice(n, n + 1)])).toEqual(coverage(entries))
      }),
    )
  })

  test('intervals tile the range, and no two neighbours say the same', () => {
    fc.assert(
      fc.property(ledger, fc.nat(1_000), fc.nat(1_000), (entries, cut, length) => {
        const asked = { from: hour(0) + cut * minuteMs, to: hour(1) + (cut + length) * minuteMs }
        const intervals = tenantCoverage({ contentType, history, entries, horizonMs }, asked)
        const edges = [asked.from, ...intervals.map(({ to }) => to)]
        expect(intervals.map(({ from }) => from)).toEqual(edges.slice(0, -1))
        expect(edges.at(-1)).toBe(asked.to)
        const says = intervals.map(({ state, cause, recoverable }) => `${state} ${cause} ${recoverable}`)
        expect(says.every((text, index) => text !== says[index - 1])).toBe(true)
      }),
    )
  })

  test('a part of a range reads as it does in the whole', () => {
    fc.assert(
      fc.property(ledger, fc.nat(29), (entries, n) => {
        const [alone] = tenantCoverage({ contentType, history, entries, horizonMs }, { from: hour(n), to: hour(n + 1) })
        const { from: _, to: __, until: ___, ...inWhole } = coverage(entries).find(({ to }) => hour(n) < to) ?? {}
        expect(alone).toMatchObject(inWhole)
      }),
    )
  })
})

/** Hourly windows with two contents each, of which some were listed without a date, and sweeps that name what lies far behind. */
const silentLedger = fc
  .array(fc.record({ early: fc.nat(29), late: fc.integer({ min: 30, max: 59 }), isDateless: fc.nat(11).map((n) => n === 0) }), {
    minLength: 72,
    maxLength: 72,
  })
  .map((windows) => [
    ...windows.map(({ early, late, isDateless }, n) => {
      const contents = [early, late].map((minute) => content(`c${n}-${minute}`, hour(n) + minute * minuteMs, 'stored'))
      const seal = entry(n, n + 1, 'seal', hour(n + 1) + 2 * minuteMs, contents)
      return isDateless && seal.listing ? { ...seal, listing: { ...seal.listing, serviceDate: null } } : seal
    }),
    ...[0, 1].map((day) =>
      entry(24 * day, 24 * day + 48, 'sweep-settle', hour(24 * day + 54), [content('far', hour(24 * day + 47.9), 'stored')]),
    ),
  ])

test('an hour settles by the entries that its span needs, whatever others there are', () => {
  fc.assert(
    fc.property(silentLedger, fc.nat(29), (entries, n) => {
      const asked = { from: hour(n), to: hour(n + 1) }
      const needed = evidenceSpan(asked, horizonMs)
      const cut = entries.filter(({ start, end }) => overlaps({ from: start, to: end }, needed))
      const isSettled = (known: readonly LedgerEntry[]): boolean =>
        tenantCoverage({ contentType, history, entries: known, horizonMs }, asked)[0]?.state === 'settled'
      expect(isSettled(cut)).toBe(isSettled(entries))
    }),
    { numRuns: 500 },
  )
})

describe('one more entry', () => {
  test('closes the gap of a content only by storing it', () => {
    const outcome = fc.constantFrom(...outcomes.filter((known) => known !== 'stored'))
    fc.assert(
      fc.property(fc.nat(53), outcome, evidence, (n, lost, more) => {
        const entries = [...whole, entry(n, n + 1, 'repair-1', null, [content('lost', hour(n), lost)])]
        const tainted = hoursIn(coverage(entries), ['gap_collector', 'gap_upstream'])
        expect(tainted.length).toBeGreaterThan(0)
        expect(hoursIn(coverage([...entries, more]), ['settled']).filter((settled) => tainted.includes(settled))).toEqual([])
        const stored = entry(n, n + 1, 'repair-2', null, [content('lost', hour(n), 'stored')])
        expect(settledHours([...entries, stored])).toHaveLength(30)
      }),
    )
  })

  test('closes a lost listing only by listing all of its span again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 53 }), evidence, fc.nat(59), (n, more, minutes) => {
        const lost = whole.filter(({ start: from, end, listing }) => listing === null || from > hour(n) || end <= hour(n))
        const tainted = Array.from({ length: 30 }, (_, at) => at).filter((at) => at <= n && n < at + 25)
        const isWhole = more.listing !== null && more.start <= hour(n) && hour(n + 1) <= more.end
        fc.pre(!isWhole)
        const partly = { ...entry(n, n + 1, 'listed', hour(90)), end: hour(n) + minutes * minuteMs }
        for (const entries of [lost, [...lost, more], [...lost, partly]]) {
          expect(settledHours(entries).filter((settled) => tainted.includes(settled))).toEqual([])
        }
        const again = entry(0, 54, 'sweep-settle', hour(90))
        expect(settledHours([...lost, again])).toHaveLength(30)
      }),
    )
  })

  test('settles nothing by what it does not list or store', () => {
    fc.assert(
      fc.property(ledger, evidence, (entries, more) => {
        const mute = { ...more, listing: null, contents: more.contents.filter(({ outcome }) => outcome !== 'stored') }
        fc.pre(mute.entry !== 'seal')
        const before = settledHours(entries)
        expect(settledHours([...entries, mute]).filter((at) => !before.includes(at))).toEqual([])
      }),
    )
  })

  test('unsettles an hour only by a content that is not stored', () => {
    fc.assert(
      fc.property(ledger, evidence, (entries, more) => {
        const stored = { ...more, contents: more.contents.map((named) => ({ ...named, outcome: 'stored' as const })) }
        const after = settledHours([...entries, stored])
        expect(settledHours(entries).filter((at) => !after.includes(at))).toEqual([])
      }),
    )
  })
})

test('of all doubts about a time the worst counts, and all of them must be able to heal', () => {
  const doubt = fc
    .record({
      span: fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 10 })),
      state: fc.constantFrom<Doubt['state']>('provisional', 'gap_collector', 'gap_upstream', 'unverified', 'outside'),
      recoverable: fc.boolean(),
    })
    .map(({ span: [from, length], ...rest }): Doubt => ({ from, to: from + length, cause: 'c', ...rest }))
  const ranks = ['settled', 'provisional', 'gap_collector', 'gap_upstream', 'unverified', 'outside']
  fc.assert(
    fc.property(fc.array(doubt, { maxLength: 8 }), (doubts) => {
      const intervals = coverageOf(doubts, { from: 0, to: 30 })
      for (let time = 0; time < 30; time++) {
        const covers = ({ from, to }: Interval): boolean => from <= time && time < to
        const found = intervals.find(covers)
        const rank = Math.max(0, ...doubts.filter(covers).map(({ state }) => ranks.indexOf(state)))
        expect(found?.state).toBe(ranks[rank])
        if (rank > 0) expect(found?.recoverable).toBe(doubts.filter(covers).every(({ recoverable }) => recoverable))
      }
    }),
  )
})
