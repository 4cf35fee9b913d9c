import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { addAbortSignal, pipeline } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import type { Abortable, Compression } from '@mailtrail/core'
import type { EvidenceLine } from './evidence-spool.ts'
import { LineSorter } from './line-sorter.ts'
import type { ObjectBody } from './object-store.ts'
import { createPacker, type RawDigests, rawHead, rawHeadBytes, rawTail } from './raw-object.ts'

export interface PackOptions extends Abortable {
  readonly compression: Compression
  /** Lines of more bytes than this go into further objects. */
  readonly objectBytes: number
  /** Held in memory at most for sorting, in bytes. */
  readonly heldBytes: number
  /** A local folder for what is not held; the caller removes it. */
  readonly folder: string
  /** Whether the packed object is a file in `folder`. */
  readonly intoFile: boolean
}

/** One object's bytes, with their digest and that of its lines and records. */
export interface PackedObject extends RawDigests {
  readonly body: ObjectBody
  readonly sha256: string
}

/** The packer gets its input in blocks of this size, however the lines came: the bytes that zstd makes depend on it. */
const blockBytes = 64 * 1024

/**
 * Packs the lines in their order into one object, or several if they are too long for one: cut by the bytes of the lines, so that
 * every packing of the same lines gives the same parts. A packed file is gone when the next part is asked for.
 */
export async function* packLines(
  lines: Iterable<EvidenceLine> | AsyncIterable<EvidenceLine>,
  options: PackOptions,
): AsyncGenerator<PackedObject> {
  const source = inTurn(lines)
  try {
    let next = await source.next()
    while (!next.done) {
      const tally = new Tally(options)
      const part = async function* (): AsyncGenerator<Uint8Array> {
        for (; !next.done && tally.hasRoomFor(next.value); next = await source.next()) {
          await tally.add(next.value)
          yield next.value.line
        }
      }
      const packed = await packPart(part(), tally, options)
      yield packed
      if (!(packed.body instanceof Uint8Array)) await rm(packed.body.path)
    }
  } finally {
    await source.return()
  }
}

async function* inTurn<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  yield* items
}

/** What is known of the lines that went into an object. */
class Tally {
  readonly #objectBytes: number
  readonly #lines = createHash('sha256')
  readonly #records: LineSorter
  crc = 0
  bytes = 0

  constructor({ objectBytes, ...options }: PackOptions) {
    this.#objectBytes = objectBytes
    this.#records = new LineSorter(options)
  }

  /** A line that is longer than an object may be stands alone in one. */
  hasRoomFor({ line }: EvidenceLine): boolean {
    return this.bytes === 0 || this.bytes + line.length <= this.#objectBytes
  }

  async add({ line, record }: EvidenceLine): Promise<void> {
    this.#lines.update(line)
    this.crc = crc32(line, this.crc)
    this.bytes += line.length
    await this.#records.add(record)
  }

  /** Once, when all is added. The digest of the records is that of `recordsDigest`. */
  async digests(): Promise<RawDigests> {
    const records = createHash('sha256')
    for await (const record of this.#records.sorted()) records.update(record)
    return { linesSha256: this.#lines.digest('hex'), recordsSha256: records.digest('hex') }
  }
}

async function packPart(lines: AsyncIterable<Uint8Array>, tally: Tally, options: PackOptions): Promise<PackedObject> {
  const { compression, folder, intoFile, signal } = options
  const packed = pipeline(inBlocks(lines), createPacker(compression), () => {})
  if (signal) addAbortSignal(signal, packed)
  if (!intoFile) {
    const middle = await buffer(packed)
    const digests = await tally.digests()
    const body = Buffer.concat([rawHead(compression, digests), middle, rawTail(compression, tally.crc, tally.bytes)])
    return { ...digests, body, sha256: createHash('sha256').update(body).digest('hex') }
  }
  const path = join(folder, randomUUID())
  await using file = await open(path, 'wx+')
  await file.write(Buffer.alloc(rawHeadBytes(compression)))
  await file.writeFile(packed)
  const digests = await tally.digests()
  await file.write(rawTail(compression, tally.crc, tally.bytes))
  await file.write(rawHead(compression, digests), { position: 0 })
  return { ...digests, body: { path }, sha256: await digestFile(path) }
}

async function* inBlocks(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block = Buffer.allocUnsafe(blockBytes)
  let filled = 0
  for await (const line of lines) {
    for (let from = 0; from < line.length; ) {
      const copied = line.subarray(from, from + blockBytes - filled)
      block.set(copied, filled)
      from += copied.length
      filled += copied.length
      if (filled < blockBytes) continue
      yield block
      block = Buffer.allocUnsafe(blockBytes)
      filled = 0
    }
  }
  yield block.subarray(0, filled)
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk)
  return hash.digest('hex')
}
