import {
  dayMs,
  type EntryContent,
  type EntryName,
  entryName,
  formatLedgerEntry,
  hourMs,
  type LedgerEntry,
  minuteMs,
  outcomes,
  parseEntryName,
  parseTenantId,
  readProvenEntries,
  sweepNames,
} from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import { ledgerKey, listSpanPlaces, readLedgerEntry, writeLedgerEntry } from './ledger.ts'
import { listLedgerDay } from './ledger-day.ts'
import { readLedger } from './read-ledger.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const contentType = 'Audit.Exchange'
const midnight = Date.parse('2024-03-14T00:00:00Z')

// Any code unit may stand in what the service names, lone surrogates included.
const text = fc.string({ unit: 'binary', maxLength: 30 })
const time = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2100-01-01') })
const second = time.map((at) => at - (at % 1_000))
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const name = fc.oneof(
  fc.constantFrom<EntryName>('listed', 'seal', ...sweepNames),
  fc.integer({ min: 1, max: 2 ** 31 }).map((number): EntryName => `repair-${number}`),
)
const content: fc.Arbitrary<EntryContent> = fc.record({
  id: text,
  uri: text,
  created: time,
  expiration: time,
  outcome: fc.constantFrom(...outcomes),
  recordsSeen: count,
  recordsKept: count,
  bodySha256: fc.option(text),
  objects: fc.array(fc.record({ key: text, linesSha256: text, recordsSha256: text }), { maxLength: 3 }),
})
const listing = fc.record({ serviceDate: fc.option(time), localDate: time, pages: count, contents: count })
const anyEntry: fc.Arbitrary<LedgerEntry> = fc.record({
  tenantId: fc.constantFrom(tenantId, otherTenant),
  contentType: fc.constantFrom('Audit.Exchange', 'Audit.General'),
  start: second,
  end: second,
  entry: name,
  writtenAt: time,
  listing: fc.option(listing),
  operations: fc.array(text, { maxLength: 3 }),
  selectorVersion: text,
  contents: fc.array(content, { maxLength: 5 }),
})

describe('a ledger entry', () => {
  test('reads back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntry, async (written) => {
        await using folder = await temporaryFolder()
        const lake = createFolderStore(folder.path)
        await writeLedgerEntry(lake, written)
        expect(await readLedgerEntry(lake, ledgerKey(written.tenantId, written, written.entry))).toEqual(written)
        expect(readProvenEntries(formatLedgerEntry(written))).toEqual([written])
      }),
    )
  })

  test('has a name that says its span and kind', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const { contentType: type, start, end } = entry
        expect(parseEntryName(entryName(entry, entry.entry))).toEqual({ contentType: type, start, end, entry: entry.entry })
      }),
    )
  })

  test('lies below its tenant and the date its span starts', () => {
    const span = { contentType, start: midnight + 10 * minuteMs, end: midnight + 20 * minuteMs }
    expect(ledgerKey(tenantId, span, 'listed')).toBe(
      `ledger/tenant=${tenantId}/date=2024-03-14/Audit.Exchange/20240314T001000Z-20240314T002000Z.listed.ndjson`,
    )
  })

  test('is written once: who comes later changes nothing', async () => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    const winner = entry({ contents: [] })
    expect(await writeLedgerEntry(lake, winner)).toBe('created')
    expect(await writeLedgerEntry(lake, { ...winner, selectorVersion: 'later' })).toBe('exists')
    expect(await readLedgerEntry(lake, ledgerKey(tenantId, winner, winner.entry))).toEqual(winner)
  })

  test.each([
    { title: 'there is none', body: undefined },
    { title: 'it is empty', body: '' },
    { title: 'it is cut', body: '{"schema":1,"tenan' },
    { title: 'it is of a schema to come', body: '{"schema":2}\n' },
  ])('cannot be read when $title', async ({ body }) => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    const key = ledgerKey(tenantId, { contentType, start: midnight, end: midnight + hourMs }, 'seal')
    if (body !== undefined) await lake.create(key, Buffer.from(body))
    await expect(readLedgerEntry(lake, key)).rejects.toMatchObject({
      code: 'LEDGER_ENTRY_INVALID',
      message: expect.stringContaining(key),
    })
  })
})

describe(readLedger, () => {
  const range = { from: midnight + 10 * hourMs, to: midnight + 11 * hourMs }
  test.each([
    { title: 'lies within', start: range.from + minuteMs, end: range.from + 11 * minuteMs, found: true },
    { title: 'reaches in from before', start: range.from - 5 * minuteMs, end: range.from + 5 * minuteMs, found: true },
    { title: 'reaches out behind', start: range.to - 5 * minuteMs, end: range.to + 5 * minuteMs, found: true },
    { title: 'covers it', start: midnight, end: midnight + dayMs, found: true },
    { title: 'ends where it begins', start: range.from - 10 * minuteMs, end: range.from, found: false },
    { title: 'begins where it ends', start: range.to, end: range.to + 10 * minuteMs, found: false },
    { title: 'is the settling sweep of the day before', start: midnight - dayMs, end: midnight + 3 * dayMs, found: true },
    { title: 'is the settling sweep of three days before', start: midnight - 3 * dayMs, end: midnight + dayMs, found: true },
    { title: 'is the settling sweep of four days before', start: midnight - 4 * dayMs, end: midnight, found: false },
  ])('an entry that $title is found: $found', async ({ start, end, found }) => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    const written = entry({ start, end, entry: 'sweep-settle' })
    await writeLedgerEntry(lake, written)
    expect(await readLedger(lake, tenantId, range)).toEqual(found ? [written] : [])
  })

  test('finds a settling sweep that began almost 4 days earlier', async () => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    const sweep = entry({ start: midnight, end: midnight + 4 * dayMs, entry: 'sweep-settle' })
    await writeLedgerEntry(lake, sweep)
    const lastSecond = { from: sweep.end - 1_000, to: sweep.end }
    expect(await readLedger(lake, tenantId, lastSecond)).toEqual([sweep])
    expect(await readLedger(lake, tenantId, { from: sweep.end, to: sweep.end + dayMs })).toEqual([])
  })

  test('never finds the entries of another tenant', async () => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    await writeLedgerEntry(lake, entry({ tenantId: otherTenant }))
    expect(await readLedger(lake, tenantId, { from: midnight - dayMs, to: midnight + dayMs })).toEqual([])
  })

  test('finds every entry of overlapping spans, over several days and content types', async () => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    const written = [
      entry({}),
      entry({ entry: 'seal' }),
      entry({ entry: 'repair-1' }),
      entry({ contentType: 'Audit.General' }),
      entry({ start: midnight + dayMs, end: midnight + dayMs + 10 * minuteMs }),
    ]
    for (const each of written) await writeLedgerEntry(lake, each)
    const found = await readLedger(lake, tenantId, { from: midnight, to: midnight + 2 * dayMs })
    expect(found).toHaveLength(written.length)
    expect(found).toEqual(expect.arrayContaining(written))
  })
})

test('places are listed by date, by span, and what is no entry is passed over', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const window = entry({})
  const hour = entry({ end: midnight + hourMs, entry: 'sweep-1h' })
  for (const each of [window, hour, entry({ start: midnight + dayMs, end: midnight + dayMs + hourMs })]) await writeLedgerEntry(lake, each)
  await lake.create(`ledger/tenant=${tenantId}/date=2024-03-14/Audit.Exchange/notes.txt`, Buffer.from('x'))
  const ofDate = await listLedgerDay(lake, tenantId, { date: '2024-03-14' })
  expect(ofDate.flatMap(({ entries }) => entries).map((place) => place.entry)).toEqual(['listed', 'sweep-1h'])
  const ofSpan = await Array.fromAsync(listSpanPlaces(lake, tenantId, window))
  expect(ofSpan).toEqual([
    { key: ledgerKey(tenantId, window, 'listed'), contentType, start: window.start, end: window.end, entry: 'listed' },
  ])
})

function entry(members: Partial<LedgerEntry>): LedgerEntry {
  return {
    tenantId,
    contentType,
    start: midnight,
    end: midnight + 10 * minuteMs,
    entry: 'listed',
    writtenAt: midnight + hourMs,
    listing: { serviceDate: midnight + hourMs, localDate: midnight + hourMs, pages: 1, contents: 0 },
    operations: ['MailItemsAccessed'],
    selectorVersion: '1',
    contents: [],
    ...members,
  }
}
