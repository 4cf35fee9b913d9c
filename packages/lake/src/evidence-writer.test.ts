import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseTenantId, recordDigest } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { EvidenceWriter, type KeptLine, type StoredEvidence } from './evidence-writer.ts'
import { createFolderStore } from './folder-store.ts'
import { rawKey, variantKey } from './layout.ts'
import { keys } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'
import { rawHeaderBytes, readRawDigests } from './raw-object.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const contentId = '2024$03$14/../x'
const operation = 'MailItemsAccessed'
const date = '2024-03-14'
const key = rawKey(operation, tenantId, date, contentId)

const first = '{"Id":"1", "Size":1156492.00,"Subject":"Ünïcode \\u00e4 " }'
const second = '{"Id":"2","Big":9007199254740993}'

describe('an evidence object', () => {
  test('holds the lines exactly as given, each with a line end', async () => {
    await using place = await openPlace()
    await place.store([kept(first), kept(second)])
    expect(await place.lines(key)).toBe(`${first}\n${second}\n`)
  })

  test('is read by zcat', async () => {
    await using place = await openPlace()
    await place.store([kept(first), kept(second)])
    const output = execFileSync('zcat', [join(place.path, 'lake', key)], { encoding: 'utf8' })
    expect(output).toBe(`${first}\n${second}\n`)
  })

  test('carries in its head the digests that were reported', async () => {
    await using place = await openPlace()
    const { objects } = await place.store([kept(first), kept(second)])
    const bytes = (await place.lake.read(key)) ?? new Uint8Array()
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(objects).toEqual([{ key, ...readRawDigests(bytes.subarray(0, rawHeaderBytes)), sha256 }])
    expect(objects[0]?.linesSha256).toBe(createHash('sha256').update(`${first}\n${second}\n`).digest('hex'))
  })

  test('has the same bytes in every lake', async () => {
    await using one = await openPlace()
    await using other = await openPlace()
    await one.store([kept(first), kept(second)])
    await other.store([kept(first), kept(second)])
    expect(await one.lake.read(key)).toEqual(await other.lake.read(key))
  })

  test('is written for every operation and date of a content', async () => {
    await using place = await openPlace()
    const lines = [kept(first), { ...kept(second), date: 'unknown' }, { ...kept(second), operation: 'Send' }]
    const { objects, variants } = await place.store(lines)
    const expected = [key, rawKey(operation, tenantId, 'unknown', contentId), rawKey('Send', tenantId, date, contentId)]
    expect(objects.map((object) => object.key)).toEqual(expected)
    expect(variants).toEqual([])
    expect(await keys(place.lake, '')).toEqual(expected.toSorted())
  })

  test('is not written for a content without kept lines', async () => {
    await using place = await openPlace()
    expect(await place.store([])).toEqual({ objects: [], variants: [] })
    expect(await keys(place.lake, '')).toEqual([])
  })
})

describe('a content stored again', () => {
  test.each([
    { title: 'the same lines', lines: [first, second] },
    { title: 'its records in another order', lines: [second, first] },
    { title: 'its keys in another order and other white space', lines: [first, '{"Big": 9007199254740993,  "Id":"2"}'] },
  ])('with $title leaves what is there, and reports it', async ({ lines }) => {
    await using place = await openPlace()
    const before = await place.store([kept(first), kept(second)])
    const bytes = await place.lake.read(key)
    expect(await place.store(lines.map(kept))).toEqual(before)
    expect(await keys(place.lake, '')).toEqual([key])
    expect(await place.lake.read(key)).toEqual(bytes)
  })

  test.each([
    { title: 'a record more', lines: [first, second, '{"Id":"3"}'] },
    { title: 'a record less', lines: [first] },
    { title: 'another value', lines: [first, '{"Id":"2","Big":9007199254740992}'] },
    { title: 'another number token', lines: ['{"Id":"1", "Size":1156492,"Subject":"Ünïcode \\u00e4 " }', second] },
    { title: 'a record twice', lines: [first, second, second] },
  ])('with $title keeps both, and names both', async ({ lines }) => {
    await using place = await openPlace()
    const before = await place.store([kept(first), kept(second)])
    const after = await place.store(lines.map(kept))
    const variant = variantKey(key, after.objects[1]?.recordsSha256 ?? '')
    expect(after.variants).toEqual([variant])
    expect(after.objects).toEqual([...before.objects, { key: variant, ...after.objects[1] }])
    expect(await place.lines(key)).toBe(`${first}\n${second}\n`)
    expect(await place.lines(variant)).toBe(lines.map((line) => `${line}\n`).join(''))
    expect(await place.store(lines.map(kept))).toEqual(after)
    expect(await keys(place.lake, '')).toHaveLength(2)
  })

  test('by two workers at once is one object', async () => {
    await using place = await openPlace()
    const [one, other] = await Promise.all([place.store([kept(first), kept(second)]), place.store([kept(second), kept(first)])])
    expect(one).toEqual(other)
    expect(await keys(place.lake, '')).toEqual([key])
  })

  test('by the same writer leaves the same objects', async () => {
    await using place = await openPlace()
    await using writer = place.writer()
    await writer.add(kept(first))
    expect(await writer.store()).toEqual(await writer.store())
    expect(await keys(place.lake, '')).toEqual([key])
  })

  test.each([
    { title: 'no gzip', body: Buffer.from('{"Id":"1"}\n') },
    { title: 'shorter than a head', body: Buffer.from([0x1f, 0x8b]) },
    { title: "somebody else's gzip", body: execFileSync('gzip', { input: 'x'.repeat(500) }) },
  ])('where an object of another origin lies ($title) is refused and tried again', async ({ body }) => {
    await using place = await openPlace()
    await place.lake.create(key, body)
    await expect(place.store([kept(first)])).rejects.toMatchObject({ code: 'LAKE_OBJECT_FOREIGN', retry: { again: true } })
    expect(await keys(place.lake, '')).toEqual([key])
  })
})

describe('beyond 8 MiB', () => {
  /** 30 lines of 0.5 MiB over two dates: 15 MiB spill once, and what follows is held again. */
  const many = Array.from({ length: 30 }, (_, index) => {
    const line = `{"Id":"${index}","Text":"${String.fromCharCode(97 + (index % 26)).repeat(512 * 1024)}"}`
    return { ...kept(line), date: index % 3 === 0 ? 'unknown' : date }
  })
  const partitions = [date, 'unknown'].map((day) => ({
    key: rawKey(operation, tenantId, day, contentId),
    text: many.flatMap((line) => (line.date === day ? `${Buffer.from(line.line)}\n` : [])).join(''),
  }))

  test('lines are spooled to files, and stored as they would have been from memory', async () => {
    await using place = await openPlace()
    await using writer = place.writer()
    for (const line of many) await writer.add(line)
    expect(await readdir(place.spoolFolder)).toHaveLength(2)
    const { objects } = await writer.store()
    for (const { key: partition, text } of partitions) {
      expect((await place.lines(partition)) === text).toBe(true)
      const linesSha256 = createHash('sha256').update(text).digest('hex')
      expect(objects.find((object) => object.key === partition)?.linesSha256).toBe(linesSha256)
      const head = (await place.lake.read(partition))?.subarray(0, rawHeaderBytes) ?? new Uint8Array()
      expect(readRawDigests(head)?.linesSha256).toBe(linesSha256)
    }
    const output = execFileSync('zcat', [join(place.path, 'lake', partitions[0]?.key ?? '')], { maxBuffer: 2 ** 25 })
    expect(output.toString() === partitions[0]?.text).toBe(true)
  })

  test('a second store, in another order, is no variant', async () => {
    await using place = await openPlace()
    const before = await place.store(many)
    const after = await place.store(many.toReversed())
    expect(after.variants).toEqual([])
    expect(after.objects.toSorted(byKey)).toEqual(before.objects.toSorted(byKey))
  })

  test('the same writer stores twice the same', async () => {
    await using place = await openPlace()
    await using writer = place.writer()
    for (const line of many) await writer.add(line)
    expect(await writer.store()).toEqual(await writer.store())
  })

  test('a variant is stored whole, too', async () => {
    await using place = await openPlace()
    await place.store([kept(first)])
    const { variants } = await place.store(many.filter((line) => line.date === date))
    expect((await place.lines(variants[0] ?? '')) === partitions[0]?.text).toBe(true)
  })

  test('no spooled file stays once the writer is disposed, stored or not', async () => {
    await using place = await openPlace()
    await place.store(many)
    {
      await using writer = place.writer()
      for (const line of many) await writer.add(line)
      expect(await readdir(place.spoolFolder)).not.toEqual([])
    }
    expect(await readdir(place.spoolFolder)).toEqual([])
  })
})

function kept(line: string): KeptLine {
  return { operation, date, line: Buffer.from(line), id: JSON.parse(line).Id, digest: recordDigest(line) }
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1
}

interface Place extends AsyncDisposable {
  readonly path: string
  readonly spoolFolder: string
  readonly lake: ObjectStore
  writer(): EvidenceWriter
  /** Adds the lines to a new writer, and stores them. */
  store(lines: readonly KeptLine[]): Promise<StoredEvidence>
  /** The text of an evidence object. */
  lines(key: string): Promise<string>
}

async function openPlace(): Promise<Place> {
  const folder = await temporaryFolder()
  const spoolFolder = join(folder.path, 'spool')
  const lake = createFolderStore(join(folder.path, 'lake'))
  const writer = (): EvidenceWriter => new EvidenceWriter(lake, { tenantId, contentId, spoolFolder })
  return {
    path: folder.path,
    spoolFolder,
    lake,
    writer,
    store: async (lines) => {
      await using started = writer()
      for (const line of lines) await started.add(line)
      return await started.store()
    },
    lines: async (object) => gunzipSync((await lake.read(object)) ?? new Uint8Array()).toString(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
