import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { MailtrailError } from '../errors.ts'
import { parseTenantId } from '../tenant-id.ts'
import { entryName, parseEntryName } from './entry-name.ts'
import { formatLedgerEntry, parseLedgerEntry } from './entry-text.ts'
import { type EntryContent, type LedgerEntry, type Outcome, outcomes } from './ledger-entry.ts'
import { mergeContents } from './merge-contents.ts'
import { readProvenEntries } from './read-proven-entries.ts'

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

/** As releases before the digest wrote it. */
const early = (text: string): string => text.replace('"schema":2', '"schema":1').replace(/\{"sha256":"[0-9a-f]{64}"\}\n$/, '')

describe('a ledger entry', () => {
  test.each([
    { title: 'of this release', text: formatLedgerEntry(entry) },
    { title: 'of an early release', text: early(formatLedgerEntry(entry)) },
  ])('$title survives being written and read', ({ text }) => {
    expect(parseLedgerEntry(Buffer.from(text), 'k')).toEqual(entry)
    expect(readProvenEntries(text)).toEqual([entry])
  })

  test('of an early release names no digest of an object’s bytes', () => {
    const digested = {
      ...entry,
      contents: [{ ...content, objects: [{ key: 'raw/x', linesSha256: 'bb', recordsSha256: 'cc', sha256: 'dd' }] }],
    }
    const text = formatLedgerEntry(digested)
    expect(parseLedgerEntry(Buffer.from(text), 'k')).toEqual(digested)
    expect(parseLedgerEntry(Buffer.from(early(text).replace(',"sha256":"dd"', '')), 'k')).toEqual(entry)
  })

  test('is a header with a schema version, a line a content, and the digest of both', () => {
    const lines = formatLedgerEntry(entry).split('\n')
    expect(lines).toHaveLength(4)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ schema: 2, start: '2024-03-11T00:00:00.000Z', entry: 'listed' })
    expect(JSON.parse(lines[2] ?? '')).toEqual({ sha256: hash('sha256', `${lines[0]}\n${lines[1]}\n`) })
  })

  test('of which any bit was flipped, or of which the end is missing, is refused', () => {
    const bytes = Buffer.from(formatLedgerEntry(entry))
    const isRefused = (altered: Uint8Array): boolean => {
      try {
        parseLedgerEntry(altered, 'ledger/x')
        return false
      } catch (error) {
        return error instanceof MailtrailError && error.code === 'LEDGER_ENTRY_INVALID' && error.message.includes('ledger/x')
      }
    }
    const passed: string[] = []
    for (const [at, byte] of bytes.entries()) {
      if (!isRefused(bytes.subarray(0, at))) passed.push(`cut to ${at}`)
      for (let bit = 0; bit < 8; bit += 1) {
        if (!isRefused(bytes.with(at, byte ^ (1 << bit)))) passed.push(`byte ${at} bit ${bit}`)
      }
    }
    expect(passed).toEqual([])
  })

  test.each([
    { title: 'of a newer schema', text: early(formatLedgerEntry(entry)).replace('"schema":1', '"schema":3') },
    { title: 'said to be of an early release', text: formatLedgerEntry(entry).replace('"schema":2', '"schema":1') },
    { title: 'of an unknown outcome', text: early(formatLedgerEntry(entry)).replace('"outcome":"stored"', '"outcome":"fine"') },
  ])('$title is refused', ({ text }) => {
    expect(() => parseLedgerEntry(Buffer.from(text), 'ledger/x')).toThrowError(/ledger\/x/)
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
