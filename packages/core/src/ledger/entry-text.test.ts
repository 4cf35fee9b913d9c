import { describe, expect, test } from 'vitest'
import { parseTenantId } from '../tenant-id.ts'
import { entryName, parseEntryName } from './entry-name.ts'
import { formatLedgerEntry, parseLedgerEntry } from './entry-text.ts'
import { type EntryContent, type LedgerEntry, type Outcome, outcomes } from './ledger-entry.ts'
import { mergeContents } from './merge-contents.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const content: EntryContent = {
  id: '20240311$audit_exchange$1',
  uri: 'https://manage.office.com/x',
  created: start,
  expiration: start + 604_800_000,
  outcome: 'stored',
  recordsSeen: 3,
  recordsKept: 1,
  bodySha256: 'aa',
  objects: [{ key: 'raw/x', linesSha256: 'bb', recordsSha256: 'cc' }],
}
const entry: LedgerEntry = {
  tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'),
  contentType: 'Audit.Exchange',
  start,
  end: start + 600_000,
  entry: 'listed',
  writtenAt: start + 720_000,
  listing: { serviceDate: start + 720_000, localDate: start + 720_500, pages: 2, contents: 1 },
  operations: ['MailItemsAccessed'],
  selectorVersion: '1',
  contents: [content],
}

describe('a ledger entry', () => {
  test('survives being written and read', () => {
    expect(parseLedgerEntry(formatLedgerEntry(entry), 'k')).toEqual(entry)
  })

  test('of an early release names no digest of an object’s bytes', () => {
    const digested = {
      ...entry,
      contents: [{ ...content, objects: [{ key: 'raw/x', linesSha256: 'bb', recordsSha256: 'cc', sha256: 'dd' }] }],
    }
    expect(parseLedgerEntry(formatLedgerEntry(digested), 'k')).toEqual(digested)
    expect(parseLedgerEntry(formatLedgerEntry(digested).replace(',"sha256":"dd"', ''), 'k')).toEqual(entry)
  })

  test('is one line a content, below a header with a schema version', () => {
    const lines = formatLedgerEntry(entry).trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ schema: 1, start: '2024-03-11T00:00:00.000Z', entry: 'listed' })
  })

  test.each([
    { title: 'nothing', text: '' },
    { title: 'a half-written line', text: formatLedgerEntry(entry).slice(0, -20) },
    { title: 'a newer schema', text: formatLedgerEntry(entry).replace('"schema":1', '"schema":2') },
    { title: 'an unknown outcome', text: formatLedgerEntry(entry).replace('"outcome":"stored"', '"outcome":"fine"') },
  ])('is refused when it is $title', ({ text }) => {
    expect(() => parseLedgerEntry(text, 'ledger/x')).toThrowError(/ledger\/x/)
  })

  test('is found again by its name', () => {
    const name = entryName(entry, 'repair-12')
    expect(name).toBe('Audit.Exchange/20240311T000000Z-20240311T001000Z.repair-12.ndjson')
    expect(parseEntryName(name)).toEqual({ contentType: 'Audit.Exchange', start, end: start + 600_000, entry: 'repair-12' })
  })
})

describe(mergeContents, () => {
  const named = (outcome: Outcome): LedgerEntry => ({ ...entry, contents: [{ ...content, outcome }] })

  test('the best outcome wins in whatever order entries come', () => {
    for (const a of outcomes) {
      for (const b of outcomes) {
        const better = outcomes.indexOf(a) < outcomes.indexOf(b) ? a : b
        expect(mergeContents([named(a), named(b)]).get(content.id)?.outcome).toBe(better)
      }
    }
  })
})
