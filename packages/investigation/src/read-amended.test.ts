import { dayMs, type HistoryEvent, hourMs, type Interval, type LedgerEntry, minuteMs } from '@mailtrail/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readAmended } from './read-amended.ts'
import { bind } from './testing/build-records.ts'
import { createLakeFixture, type Json, type LakeFixture, tenantId } from './testing/lake-fixture.ts'

const day = Date.UTC(2024, 2, 14)
const asked = { from: day, to: day + dayMs }
const horizonMs = 24 * hourMs
/** The hour of the records, 09:00, could be settled from then on. */
const couldSettleAt = day + 10 * hourMs + horizonMs + 6 * hourMs
const [inTime, late] = [couldSettleAt - hourMs, couldSettleAt + hourMs]
const nine = { from: day + 9 * hourMs, to: day + 10 * hourMs }

let fixture: LakeFixture

beforeEach(async () => {
  fixture = await createLakeFixture()
})

afterEach(async () => {
  await fixture[Symbol.asyncDispose]()
})

/** That a content was entered at a time, by the service's clock, and with `created` that its hour does not wait for it. */
function entered(id: string, at: number, created = day): LedgerEntry {
  const content = {
    id,
    uri: '',
    created,
    expiration: day,
    outcome: 'pending',
    recordsSeen: 0,
    recordsKept: 0,
    bodySha256: null,
    objects: [],
  } as const
  const span = { tenantId, contentType: 'Audit.Exchange', start: day, end: day + hourMs, entry: 'listed' } as const
  const listing = { serviceDate: at, localDate: at, pages: 1, contents: 1 }
  return { ...span, writtenAt: at, listing, operations: ['MailItemsAccessed'], selectorVersion: '1', contents: [content] }
}

const contentType = 'Audit.Exchange'
const history: HistoryEvent[] = [
  { kind: 'added', at: day - 9 * dayMs, contentTypes: [contentType], windowMinutes: 60, backfill: false },
  { kind: 'subscription-verified', at: day - 9 * dayMs, contentType },
]

/** All windows around the day, listed shortly after their end, and the time before each of them listed again when six hours had passed. */
const settled = Array.from({ length: 120 }, (_, n) => day + (n - 48) * hourMs).flatMap((end) => [
  listed({ from: end - hourMs, to: end }, end + 2 * minuteMs),
  listed({ from: end - 40 * hourMs, to: end }, end + 6 * hourMs),
])

function listed({ from, to }: Interval, at: number): LedgerEntry {
  const span = { tenantId, contentType, start: from, end: to, entry: 'seal', writtenAt: at } as const
  const listing = { serviceDate: at, localDate: at, pages: 1, contents: 0 }
  return { ...span, listing, operations: ['MailItemsAccessed'], selectorVersion: '1', contents: [] }
}

async function amended(entries: readonly LedgerEntry[], range: Interval = asked): Promise<Interval[]> {
  return readAmended(fixture.lake, tenantId, range, { contentType, history, horizonMs, entries: [...settled, ...entries] })
}

const record = (id: string, members: Json = {}): Json => bind(['m'], { Id: id, CreationTime: '2024-03-14T09:30:00', ...members })

describe('an hour is amended', () => {
  test('by a record of a content that was entered after the hour could be settled', async () => {
    await fixture.putRecords([record('a')], { content: 'one' })
    expect(await amended([entered('one', late)])).toEqual([nine])
    expect(await amended([entered('one', late)], { from: nine.from + 60_000, to: nine.from + 120_000 })).toHaveLength(1)
    expect(await amended([entered('one', late)], { from: day, to: nine.from })).toEqual([])
  })

  test('by nothing that was entered in time, whatever later entries say of it', async () => {
    await fixture.putRecords([record('a')], { content: 'one' })
    expect(await amended([entered('one', late), entered('one', inTime)])).toEqual([])
  })

  test('by a content that no entry around the time names: it came long after', async () => {
    await fixture.putRecords([record('a')], { content: 'one' })
    expect(await amended([])).toEqual([nine])
  })

  test('by a record of a content that no answer waited for, which was stored after one could be given', async () => {
    await fixture.putRecords([record('a')], { content: 'one' })
    const [entry] = [entered('one', inTime, day + 40 * hourMs)]
    const object = { key: 'raw/x', linesSha256: '', recordsSha256: '', sha256: '' }
    const stored = (writtenAt: number): LedgerEntry => ({
      ...entry,
      writtenAt,
      listing: null,
      contents: entry.contents.map((content) => ({ ...content, objects: [object] })),
    })
    expect(await amended([entry, stored(late)])).toEqual([nine])
    expect(await amended([entry, stored(inTime)])).toEqual([])
  })

  test('by a content that was listed late, though the clock of who sealed it was behind', async () => {
    await fixture.putRecords([record('a')], { content: 'one' })
    const listing = entered('one', late)
    expect(await amended([listing, { ...listing, listing: null, writtenAt: inTime }])).toEqual([nine])
  })

  test('not by a record that came in time before, in whatever order its keys stand', async () => {
    const { Id, ...rest } = record('a')
    await fixture.putRecords([{ ...rest, Id }], { content: 'one' })
    await fixture.putRecords([{ Id, ...rest }], { content: 'two' })
    expect(await amended([entered('one', inTime), entered('two', late)])).toEqual([])
  })

  test('by a record that says something else under a known Id', async () => {
    await fixture.putRecords([record('a')], { content: 'one' })
    await fixture.putRecords([record('a', { OperationCount: 2 })], { content: 'two' })
    expect(await amended([entered('one', inTime), entered('two', late)])).toEqual([nine])
  })

  test('by a variant that no entry names', async () => {
    await fixture.putRecords([record('a')], { content: 'one' })
    await fixture.putRecords([record('a', { OperationCount: 2 })], { content: 'one', variant: 'f'.repeat(64) })
    expect(await amended([entered('one', inTime)])).toEqual([nine])
  })

  test('by itself alone: a late content may hold records of hours that were not settled yet', async () => {
    const times = ['2024-03-14T09:30:00', '2024-03-14T20:00:00', '2024-03-14T03:10:00']
    await fixture.putRecords(
      times.map((CreationTime, index) => record(`r${index}`, { CreationTime })),
      { content: 'one' },
    )
    expect(await amended([entered('one', late)])).toEqual([{ from: day + 3 * hourMs, to: day + 4 * hourMs }, nine])
  })
})
