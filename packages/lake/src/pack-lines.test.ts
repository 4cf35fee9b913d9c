import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Compression, compressions, recordLine, recordsDigest } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvidenceLine } from './evidence-spool.ts'
import type { ObjectBody } from './object-store.ts'
import { type PackOptions, packLines } from './pack-lines.ts'
import { readRawDigests } from './raw-object.ts'

interface Kept extends EvidenceLine {
  readonly entry: { readonly id: string; readonly digest: string }
}

const kept = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('a1', 'b2'), fc.nat(60_000))
  .map(([id, digest, size]) => {
    const entry = { id, digest }
    // Text that packs badly, so that packed blocks end everywhere.
    const text = createHash('shake256', { outputLength: size }).update(id).digest('base64')
    return { entry, line: Buffer.from(`${text}\n`), record: recordLine(entry) }
  })
const content = fc.array(kept, { minLength: 1, maxLength: 8 })

describe.each(compressions)('lines packed by %s', (compression) => {
  test('have the same bytes in memory and in a file, and however they came', async () => {
    await using folder = await temporaryFolder()
    await fc.assert(
      fc.asyncProperty(content, async (lines) => {
        const settings = optionsOf(folder.path, compression)
        const [held] = await pack(lines, settings)
        const [spooled] = await pack(slowly(lines), { ...settings, intoFile: true, heldBytes: 0 })
        expect(spooled?.bytes.equals(held?.bytes ?? Buffer.alloc(0))).toBe(true)
        expect(spooled).toEqual(held)
      }),
      { numRuns: 20 },
    )
  })

  test('carry the digests of their lines, records and bytes', async () => {
    await using folder = await temporaryFolder()
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom(0, 2 ** 20), async (lines, heldBytes) => {
        const [packed] = await pack(lines, { ...optionsOf(folder.path, compression), heldBytes })
        const linesSha256 = sha256(Buffer.concat(lines.map(({ line }) => line)))
        const digests = { linesSha256, recordsSha256: recordsDigest(lines.map(({ entry }) => entry)) }
        expect(packed).toMatchObject({ ...digests, sha256: sha256(packed?.bytes ?? Buffer.alloc(0)) })
        expect(readRawDigests(packed?.bytes ?? Buffer.alloc(0), compression)).toEqual(digests)
      }),
      { numRuns: 20 },
    )
  })
})

test('what is too long for one object is cut between lines, the same in every packing', async () => {
  await using folder = await temporaryFolder()
  await fc.assert(
    fc.asyncProperty(content, fc.nat(100_000), async (lines, objectBytes) => {
      const [gzip = [], zstd = []] = await Promise.all(
        compressions.map(async (compression) => pack(lines, { ...optionsOf(folder.path, compression), objectBytes })),
      )
      expect(zstd.map(({ linesSha256 }) => linesSha256)).toEqual(gzip.map(({ linesSha256 }) => linesSha256))
      expect(gzip.map(({ linesSha256 }) => linesSha256)).toEqual(cut(lines, objectBytes))
    }),
    { numRuns: 20 },
  )
})

/** The digests of the parts: as many lines as fit, at least one. */
function cut(lines: readonly EvidenceLine[], objectBytes: number): string[] {
  const parts: Uint8Array[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const { line } of lines) {
    if (bytes + line.length > objectBytes) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(line)
    bytes += line.length
  }
  return parts.map((part) => sha256(Buffer.concat(part)))
}

function optionsOf(folder: string, compression: Compression): PackOptions {
  return { compression, folder, objectBytes: 2 ** 30, heldBytes: 2 ** 20, intoFile: false }
}

interface Packed {
  readonly linesSha256: string
  readonly recordsSha256: string
  readonly sha256: string
  readonly bytes: Buffer
}

async function pack(lines: Iterable<Kept> | AsyncIterable<Kept>, options: PackOptions): Promise<Packed[]> {
  const packed: Packed[] = []
  for await (const { body, ...digests } of packLines(lines, options)) packed.push({ ...digests, bytes: await bytesOf(body) })
  return packed
}

async function bytesOf(body: ObjectBody): Promise<Buffer> {
  return body instanceof Uint8Array ? Buffer.from(body) : readFile(body.path)
}

async function* slowly(lines: readonly Kept[]): AsyncGenerator<Kept> {
  for (const line of lines) yield line
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
