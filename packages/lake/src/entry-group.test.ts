import { type EntryContent, hourMs, type LedgerEntry, mergeContents, minuteMs, type Outcome, parseTenantId } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { readEntryGroup, writeRepair } from './entry-group.ts'
import { createFolderStore } from './folder-store.ts'
import { writeLedgerEntry } from './ledger.ts'
import type { ObjectStore } from './object-store.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const start = Date.parse('2024-03-14T00:00:00Z')
const span = { contentType: 'Audit.Exchange', start, end: start + 10 * minuteMs }

describe(writeRepair, () => {
  test('adds what no entry names, and better outcomes, and nothing else', async () => {
    await using place = await openLake([content('a', 'stored'), content('b', 'pending'), content('c', 'missing')])
    const written = await writeRepair(
      place.lake,
      repair([content('a', 'stored'), content('b', 'stored'), content('c', 'dead'), content('d', 'expired')]),
    )
    expect(written).toMatchObject({ entry: 'repair-1', listing: null })
    expect(namesOf(written)).toEqual(['b stored', 'd expired'])
    expect(await place.state()).toEqual(['a stored', 'b stored', 'c missing', 'd expired'])
  })

  test('writes nothing when there is nothing to add', async () => {
    await using place = await openLake([content('a', 'stored')])
    expect(await writeRepair(place.lake, repair([content('a', 'stored'), content('a', 'dead')]))).toBeUndefined()
    expect(await place.entries()).toEqual(['listed'])
  })

  test('numbers repairs one after the other, past nine', async () => {
    await using place = await openLake([])
    for (let number = 1; number <= 12; number += 1) {
      expect((await writeRepair(place.lake, repair([content(`c${number}`, 'stored')])))?.entry).toBe(`repair-${number}`)
    }
  })

  test('is numbered by the repairs of its own span alone', async () => {
    await using place = await openLake([])
    await writeLedgerEntry(place.lake, { ...listed([]), entry: 'seal', listing: null })
    const hour = { ...repair([content('a', 'stored')]), end: start + hourMs }
    await writeRepair(place.lake, hour)
    expect((await writeRepair(place.lake, repair([content('a', 'stored')])))?.entry).toBe('repair-1')
  })

  test('lands for both of two that race, each with its own', async () => {
    await using place = await openLake([content('a', 'pending'), content('b', 'pending')])
    const written = await Promise.all([
      writeRepair(place.lake, repair([content('a', 'stored')])),
      writeRepair(place.lake, repair([content('b', 'stored')])),
    ])
    expect(written.map((entry) => entry?.entry).toSorted()).toEqual(['repair-1', 'repair-2'])
    expect(await place.state()).toEqual(['a stored', 'b stored'])
  })

  test('says nothing twice when ten race with the same', async () => {
    await using place = await openLake([content('a', 'pending')])
    const written = await Promise.all(Array.from({ length: 10 }, () => writeRepair(place.lake, repair([content('a', 'stored')]))))
    expect(written.filter((entry) => entry !== undefined)).toHaveLength(1)
    expect(await place.entries()).toEqual(['listed', 'repair-1'])
  })

  test('names in the loser only what the winner does not', async () => {
    await using place = await openLake([])
    const both = [content('a', 'stored'), content('b', 'stored')]
    const written = await Promise.all([
      writeRepair(place.lake, repair([...both, content('c', 'stored')])),
      writeRepair(place.lake, repair([...both, content('d', 'stored')])),
    ])
    const names = written.flatMap(namesOf)
    expect(names.toSorted()).toEqual(['a stored', 'b stored', 'c stored', 'd stored'])
  })
})

describe(readEntryGroup, () => {
  test('is the entries of exactly the span', async () => {
    await using place = await openLake([])
    const hour = { ...listed([]), end: start + hourMs, entry: 'sweep-1h' as const }
    await writeLedgerEntry(place.lake, hour)
    await writeLedgerEntry(place.lake, { ...listed([]), contentType: 'Audit.General' })
    expect(await readEntryGroup(place.lake, tenantId, span)).toEqual([listed([])])
    expect(await readEntryGroup(place.lake, tenantId, hour)).toEqual([hour])
    expect(await readEntryGroup(place.lake, tenantId, { ...span, start: start + hourMs })).toEqual([])
  })
})

interface Place extends AsyncDisposable {
  readonly lake: ObjectStore
  /** The kinds of the span's entries. */
  entries(): Promise<string[]>
  /** Id and outcome of each content, over all entries. */
  state(): Promise<string[]>
}

/** A lake in which the span is listed with these contents. */
async function openLake(contents: readonly EntryContent[]): Promise<Place> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await writeLedgerEntry(lake, listed(contents))
  return {
    lake,
    entries: async () => (await readEntryGroup(lake, tenantId, span)).map(({ entry }) => entry),
    state: async () => Array.from(mergeContents(await readEntryGroup(lake, tenantId, span)).values(), nameOf).toSorted(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

function listed(contents: readonly EntryContent[]): LedgerEntry {
  const listing = { serviceDate: span.end + hourMs, localDate: span.end + hourMs, pages: 1, contents: contents.length }
  return { ...repair(contents), entry: 'listed', listing }
}

function repair(contents: readonly EntryContent[]): Omit<LedgerEntry, 'entry' | 'listing'> {
  return { tenantId, ...span, writtenAt: span.end + hourMs, operations: ['MailItemsAccessed'], selectorVersion: '1', contents }
}

function content(id: string, outcome: Outcome): EntryContent {
  const uri = `https://manage.office.com/${id}`
  return { id, uri, created: start, expiration: start + hourMs, outcome, recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
}

function namesOf(entry: LedgerEntry | undefined): string[] {
  return (entry?.contents ?? []).map(nameOf)
}

function nameOf({ id, outcome }: EntryContent): string {
  return `${id} ${outcome}`
}
