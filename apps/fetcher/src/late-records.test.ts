import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JsonObject, parseTenantId, recordDigest } from '@mailtrail/core'
import { createFolderStore, EvidenceWriter, type ObjectStore, rawPrefix } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { LateRecords } from './late-records.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const operation = 'MailItemsAccessed'
const [first, second] = ['2024-03-06', '2024-03-07']

const record = (Id: string, date = first, more: JsonObject = {}): JsonObject => ({
  Id,
  Operation: operation,
  CreationTime: `${date}T10:00:00`,
  ...more,
})

/** Stores the first content, then asks of the late records of the second, which are stored too. */
async function newsAfter(
  known: readonly JsonObject[],
  late: readonly JsonObject[],
  damage?: (folder: string) => Promise<void>,
): Promise<readonly string[]> {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(join(folder.path, 'lake'))
  await store(lake, 'known', known, folder.path)
  await damage?.(join(folder.path, 'lake'))
  await store(lake, 'late', late, folder.path)
  const records = new LateRecords(tenantId)
  for (const one of late) records.add(one, recordDigest(JSON.stringify(one)))
  return records.newsDates(lake, 'late', {})
}

async function store(lake: ObjectStore, contentId: string, records: readonly JsonObject[], spoolFolder: string): Promise<void> {
  await using writer = new EvidenceWriter(lake, { tenantId, contentId, spoolFolder, compression: 'gzip' })
  for (const one of records) {
    const text = JSON.stringify(one)
    const date = String(one.CreationTime).slice(0, 10)
    await writer.add({ operation, date, line: Buffer.from(text), id: String(one.Id), digest: recordDigest(text) })
  }
  await writer.store({})
}

describe(LateRecords, () => {
  test.each([
    { title: 'nothing else', known: [], late: [record('1')], news: [first] },
    { title: 'all of them', known: [record('1'), record('2')], late: [record('2'), record('1')], news: [] },
    { title: 'one of two', known: [record('1')], late: [record('1'), record('2')], news: [first] },
    { title: 'another record of the same Id', known: [record('1')], late: [record('1', first, { UserId: 'x' })], news: [first] },
    {
      title: 'the same with its keys in another order',
      known: [{ UserId: 'x', ...record('1') }],
      late: [record('1', first, { UserId: 'x' })],
      news: [],
    },
    { title: 'those of one of two dates', known: [record('1')], late: [record('1'), record('2', second)], news: [second] },
  ])('are news where the lake holds $title', async ({ known, late, news }) => {
    expect(await newsAfter(known, late)).toEqual(news)
  })

  test('are news where what holds them cannot be read', async () => {
    const damage = async (folder: string): Promise<void> => {
      const [key = ''] = await Array.fromAsync(createFolderStore(folder).list(rawPrefix(operation, tenantId, first)))
      await appendFile(join(folder, key), 'x'.repeat(20))
    }
    expect(await newsAfter([record('1')], [record('1')])).toEqual([])
    expect(await newsAfter([record('1')], [record('1')], damage)).toEqual([first])
  })

  test('are news when they are more than are remembered', async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => record(String(index)))
    expect(await newsAfter(many, many.slice(1))).toEqual([])
    expect(await newsAfter(many, many)).toEqual([first])
  })
})
