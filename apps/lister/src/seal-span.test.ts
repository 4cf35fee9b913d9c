import { type EntryContent, type EntryName, type LedgerEntry, type Outcome, parseTenantId, selectorVersion } from '@mailtrail/core'
import { createFolderStore, type ObjectStore, readEntryGroup, writeLedgerEntry } from '@mailtrail/lake'
import type { Receipt, Receipts, TaskContext } from '@mailtrail/queues'
import { createLogger } from '@mailtrail/runtime'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createSealHandler } from './seal-span.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const span = { tenantId, contentType: 'Audit.Exchange', start, end: start + 600_000 }
const context: TaskContext = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 1, lastAttempt: false }

function content(id: string, outcome: Outcome = 'pending'): EntryContent {
  const expiration = start + 604_800_000
  return {
    id,
    uri: `https://service/${id}`,
    created: start,
    expiration,
    outcome,
    recordsSeen: 0,
    recordsKept: 0,
    bodySha256: null,
    objects: [],
  }
}

function entry(name: EntryName, contents: readonly EntryContent[]): LedgerEntry {
  const listing = { serviceDate: start + 720_000, localDate: start + 720_000, pages: 1, contents: contents.length }
  return { ...span, entry: name, writtenAt: start + 720_000, listing, operations: ['MailItemsAccessed'], selectorVersion, contents }
}

function receipt(id: string, outcome: Receipt['outcome'] = 'stored', keys: readonly string[] = []): Receipt {
  const objects = keys.map((key) => ({ key, linesSha256: 'aa', recordsSha256: 'bb' }))
  return { id, outcome, recordsSeen: 2, recordsKept: keys.length, bodySha256: 'cc', objects }
}

function receiptsOf(all: readonly Receipt[]): Receipts {
  return {
    add: async () => {},
    read: async (_tenant, _span, ids) => new Map(all.filter(({ id }) => ids.includes(id)).map((one) => [one.id, one])),
    count: async () => all.length,
    forget: async () => {},
  }
}

interface Place extends AsyncDisposable {
  readonly lake: ObjectStore
  seal(receipts: readonly Receipt[], overdue?: boolean): Promise<void>
  entries(): Promise<Record<string, Record<string, Outcome>>>
}

async function openPlace(...listed: readonly LedgerEntry[]): Promise<Place> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  for (const one of listed) await writeLedgerEntry(lake, one)
  return {
    lake,
    seal: (receipts, overdue = false) =>
      createSealHandler({
        lakes: { open: async () => lake },
        receipts: receiptsOf(receipts),
        clock: { now: () => start + 800_000, every: () => ({ [Symbol.dispose]: () => {} }) },
      })({ v: 1, kind: 'seal', ...span, overdue }, context),
    entries: async () => {
      const group = await readEntryGroup(lake, tenantId, span)
      const written = group.filter(({ entry: name }) => name === 'seal' || name.startsWith('repair'))
      return Object.fromEntries(written.map((one) => [one.entry, Object.fromEntries(one.contents.map(({ id, outcome }) => [id, outcome]))]))
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

describe('a window', () => {
  test('is not sealed before its last content is accounted for', async () => {
    await using place = await openPlace(entry('listed', [content('a'), content('b')]))
    await place.seal([receipt('a')])
    expect(await place.entries()).toEqual({})
  })

  test('is sealed once every content has a receipt', async () => {
    await using place = await openPlace(entry('listed', [content('a'), content('b')]))
    await place.seal([receipt('a'), receipt('b', 'expired')])
    expect(await place.entries()).toEqual({ seal: { a: 'stored', b: 'expired' } })
  })

  test('is not sealed by a receipt whose object is not in the store', async () => {
    await using place = await openPlace(entry('listed', [content('a')]))
    await place.seal([receipt('a', 'stored', ['raw/not-there'])])
    expect(await place.entries()).toEqual({})
    await place.lake.create('raw/not-there', Buffer.from('x'))
    await place.seal([receipt('a', 'stored', ['raw/not-there'])])
    expect(await place.entries()).toEqual({ seal: { a: 'stored' } })
  })

  test('is sealed overdue with the rest pending, and repaired when that arrives', async () => {
    await using place = await openPlace(entry('listed', [content('a'), content('b')]))
    await place.seal([receipt('a')], true)
    expect(await place.entries()).toEqual({ seal: { a: 'stored', b: 'pending' } })
    await place.seal([receipt('b')])
    expect(await place.entries()).toEqual({ seal: { a: 'stored', b: 'pending' }, 'repair-1': { b: 'stored' } })
  })

  test('takes a content that the service did not have before, once it has it', async () => {
    await using place = await openPlace(entry('listed', [content('a')]), entry('seal', [content('a', 'missing')]))
    await place.seal([receipt('a')])
    expect(await place.entries()).toMatchObject({ 'repair-1': { a: 'stored' } })
  })

  test('is the same however often it is sealed', async () => {
    await using place = await openPlace(entry('listed', [content('a')]))
    await place.seal([receipt('a')])
    await place.seal([receipt('a')])
    await place.seal([receipt('a', 'missing')], true)
    expect(await place.entries()).toEqual({ seal: { a: 'stored' } })
  })
})

test('a sweep has no seal: what it found goes into a repair', async () => {
  await using place = await openPlace(entry('sweep-1h', [content('late')]))
  await place.seal([receipt('late')])
  expect(await place.entries()).toEqual({ 'repair-1': { late: 'stored' } })
})
