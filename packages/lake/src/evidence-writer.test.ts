import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { parseTenantId, recordDigest } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { describeEvidenceWriter } from './evidence-writer.contract.ts'
import { type EvidenceOptions, EvidenceWriter, type KeptLine, type StoredEvidence } from './evidence-writer.ts'
import { createFolderStore } from './folder-store.ts'
import { packedKey, partKey, rawKey, variantKey } from './layout.ts'
import { keys } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'
import { readRawDigests } from './raw-object.ts'
import { unpackObject } from './unpack-object.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const contentId = '2024$03$14/../x'
const operation = 'MailItemsAccessed'
const date = '2024-03-14'
const key = rawKey(operation, tenantId, date, contentId)

const first = '{"Id":"1", "Size":1156492.00,"Subject":"Ünïcode \\u00e4 " }'
const second = '{"Id":"2","Big":9007199254740993}'

describeEvidenceWriter('a folder', async (resources) => createFolderStore(resources.use(await temporaryFolder()).path))

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
    expect(objects).toEqual([{ key, ...readRawDigests(bytes, 'gzip'), sha256 }])
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

describe('where what is there was damaged', () => {
  test.each([
    { title: 'in its lines', at: (length: number) => length - 12 },
    { title: 'in its checksum', at: (length: number) => length - 6 },
    { title: 'in the digest of its lines', at: () => 20 },
    { title: 'in the digest of its records', at: () => 60 },
  ])('$title, the evidence is stored beside it and raised', async ({ at }) => {
    await using place = await openPlace()
    const { objects } = await place.store([kept(first), kept(second)])
    const bytes = Buffer.from((await place.lake.read(key)) ?? [])
    const index = at(bytes.length)
    bytes[index] = (bytes[index] ?? 0) ^ 0x04
    await place.lake.remove(key)
    await place.lake.create(key, bytes)
    const { variants, objects: after } = await place.store([kept(first), kept(second)])
    expect(variants).toEqual([variantKey(key, objects[0]?.recordsSha256 ?? '')])
    expect(after).toContainEqual({ ...objects[0], key: variants[0] })
    expect(await place.lines(variants[0] ?? '')).toBe(`${first}\n${second}\n`)
  })

  test('and its variant too, it is refused', async () => {
    await using place = await openPlace()
    const { objects } = await place.store([kept(first)])
    const bytes = Buffer.from((await place.lake.read(key)) ?? []).fill(0, 85, 90)
    await place.lake.remove(key)
    await place.lake.create(key, bytes)
    await place.lake.create(variantKey(key, objects[0]?.recordsSha256 ?? ''), bytes)
    await expect(place.store([kept(first)])).rejects.toMatchObject({ code: 'LAKE_OBJECT_FOREIGN' })
  })
})

describe('a fleet that changes its packing', () => {
  const zstdKey = packedKey(key, 'zstd')

  test('packs what is new by zstd, under a key that says so', async () => {
    await using place = await openPlace({ compression: 'zstd' })
    const { objects } = await place.store([kept(first)])
    const bytes = (await place.lake.read(zstdKey)) ?? new Uint8Array()
    expect(objects).toMatchObject([{ key: zstdKey, ...readRawDigests(bytes, 'zstd') }])
    expect(await place.lines(zstdKey)).toBe(`${first}\n`)
  })

  test.each([
    { from: 'gzip', to: 'zstd' },
    { from: 'zstd', to: 'gzip' },
  ] as const)('from $from to $to stores no content twice', async ({ from, to }) => {
    await using before = await openPlace({ compression: from })
    const stored = await before.store([kept(first), kept(second)])
    await using after = await openPlace({ compression: to }, before.lake)
    expect(await after.store([kept(second), kept(first)])).toEqual(stored)
    expect(await keys(before.lake, '')).toEqual([packedKey(key, from)])
    const { objects, variants } = await after.store([kept(first)])
    expect(objects.map((object) => object.key)).toEqual([packedKey(key, from), ...variants])
    expect(await before.store([kept(first)])).toEqual({ objects, variants })
    expect(await keys(before.lake, '')).toHaveLength(2)
  })
})

describe('what is too long for one object', () => {
  const lines = Array.from({ length: 25 }, (_, index) => kept(`{"Id":"${index}","Text":"${'x'.repeat(100)}"}`))

  test.each([
    { title: 'held', heldBytes: 2 ** 20 },
    { title: 'spooled', heldBytes: 1_000 },
  ])('is stored in parts when $title, each with its digests, and again the same', async ({ heldBytes }) => {
    await using place = await openPlace({ objectBytes: 1024, heldBytes })
    const { objects } = await place.store(lines)
    expect(objects.map((object) => object.key)).toEqual([1, 2, 3, 4].map((part) => partKey(key, part)))
    const texts = await Promise.all(objects.map((object) => place.lines(object.key)))
    expect(texts.join('')).toBe(lines.map(({ line }) => `${Buffer.from(line)}\n`).join(''))
    expect(texts.every((text) => text.length <= 1024)).toBe(true)
    const linesSha256 = texts.map((text) => createHash('sha256').update(text).digest('hex'))
    expect(objects.map((object) => object.linesSha256)).toEqual(linesSha256)
    expect(await place.store(lines)).toEqual({ objects, variants: [] })
    expect(await keys(place.lake, '')).toHaveLength(4)
  })

  test('has a variant of the part that differs alone', async () => {
    await using place = await openPlace({ objectBytes: 1024 })
    await place.store(lines.slice(0, 20))
    const { variants, objects } = await place.store(lines.slice(0, 22))
    expect(objects).toHaveLength(4)
    expect(variants).toEqual([variantKey(partKey(key, 3), objects[3]?.recordsSha256 ?? '')])
  })
})

test('a content of very many dates is stored within the bound of what is held', async () => {
  await using place = await openPlace({ heldBytes: 5_000 })
  const dates = Array.from({ length: 120 }, (_, index) => new Date(index * 86_400_000 + Date.UTC(2024, 0)).toISOString().slice(0, 10))
  const { objects } = await place.store(dates.flatMap((day) => [first, second].map((line) => ({ ...kept(line), date: day }))))
  expect(objects.map((object) => object.key)).toEqual(dates.map((day) => rawKey(operation, tenantId, day, contentId)))
  expect(await place.lines(objects[119]?.key ?? '')).toBe(`${first}\n${second}\n`)
})

describe('beyond what is held', () => {
  /** 30 lines of 0.5 MiB over two dates: more than is held, many times over. */
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
    expect(await readdir(place.spoolFolder, { recursive: true })).toHaveLength(3)
    const { objects } = await writer.store()
    for (const { key: partition, text } of partitions) {
      expect((await place.lines(partition)) === text).toBe(true)
      const linesSha256 = createHash('sha256').update(text).digest('hex')
      expect(objects.find((object) => object.key === partition)?.linesSha256).toBe(linesSha256)
      const bytes = (await place.lake.read(partition)) ?? new Uint8Array()
      expect(readRawDigests(bytes, 'gzip')?.linesSha256).toBe(linesSha256)
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

async function openPlace(options: Partial<EvidenceOptions> = {}, of?: ObjectStore): Promise<Place> {
  const folder = await temporaryFolder()
  const spoolFolder = join(folder.path, 'spool')
  const lake = of ?? createFolderStore(join(folder.path, 'lake'))
  const writer = (): EvidenceWriter => new EvidenceWriter(lake, { tenantId, contentId, spoolFolder, ...options })
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
    lines: async (object) => (await buffer(unpackObject(lake, object))).toString(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
