import { createHash, type Hash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { crc32, createDeflateRaw, deflateRaw } from 'node:zlib'
import { type Abortable, MailtrailError, recordsDigest, type StoredObject, type TenantId } from '@mailtrail/core'
import { rawKey, variantKey } from './layout.ts'
import type { ObjectBody, ObjectStore } from './object-store.ts'
import { type RawDigests, rawHeader, rawTrailer, readRawDigests } from './raw-object.ts'

/** Kept lines are held up to this many bytes over all partitions of a content, and spooled to files beyond. */
const heldBytes = 8 * 1024 * 1024

/** zlib's fastest level: evidence is stored once and read rarely, and the fetcher's time is what a backlog costs. */
const compression = { level: 1 }

export interface KeptLine {
  readonly operation: string
  /** Event date, `YYYY-MM-DD` or `unknown`. */
  readonly date: string
  /** The record's bytes as sent, on one line, without a line end. */
  readonly line: Uint8Array
  readonly id: string
  readonly digest: string
}

export interface EvidenceOptions {
  readonly tenantId: TenantId
  readonly contentId: string
  /** A local folder for lines beyond what is held in memory. */
  readonly spoolFolder: string
}

export interface StoredEvidence {
  /** Every object that holds lines of this content. */
  readonly objects: readonly StoredObject[]
  /** Keys written because another version of the content was stored before. */
  readonly variants: readonly string[]
}

interface Partition {
  readonly key: string
  readonly lines: Hash
  readonly records: { id: string; digest: string }[]
  held: Uint8Array[]
  crc: number
  bytes: number
  spool?: string
}

/**
 * Collects the kept lines of one content and stores them as one create-only object a partition. Keys derive from the content id, the
 * operation and the event date alone; what is stored already decides by its recorded digest whether this is the same evidence.
 */
export class EvidenceWriter implements AsyncDisposable {
  readonly #lake: ObjectStore
  readonly #options: EvidenceOptions
  readonly #partitions = new Map<string, Partition>()
  #held = 0

  constructor(lake: ObjectStore, options: EvidenceOptions) {
    this.#lake = lake
    this.#options = options
  }

  async add({ operation, date, line, id, digest }: KeptLine): Promise<void> {
    const partition = this.#partition(operation, date)
    const ended = Buffer.concat([line, Buffer.from('\n')])
    partition.lines.update(ended)
    partition.crc = crc32(ended, partition.crc)
    partition.bytes += ended.length
    partition.records.push({ id, digest })
    partition.held.push(ended)
    this.#held += ended.length
    if (this.#held > heldBytes) await this.#spill()
  }

  /** Stores everything added so far. Doing this twice, or on two workers at once, leaves the same objects. */
  async store(options?: Abortable): Promise<StoredEvidence> {
    const objects: StoredObject[] = []
    const variants: string[] = []
    for (const partition of this.#partitions.values()) {
      const digests = {
        linesSha256: partition.lines.copy().digest('hex'),
        recordsSha256: recordsDigest(partition.records),
      }
      const body = await this.#compress(partition, digests)
      const stored = await this.#create({ key: partition.key, ...digests }, body, options)
      objects.push(stored)
      if (stored.recordsSha256 === digests.recordsSha256) continue
      const variant = await this.#create({ key: variantKey(partition.key, digests.recordsSha256), ...digests }, body, options)
      objects.push(variant)
      variants.push(variant.key)
    }
    return { objects, variants }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { spool } of this.#partitions.values()) {
      if (spool) await Promise.all([rm(spool, { force: true }), rm(`${spool}.gz`, { force: true })])
    }
  }

  #partition(operation: string, date: string): Partition {
    const { tenantId, contentId } = this.#options
    const key = rawKey(operation, tenantId, date, contentId)
    const known = this.#partitions.get(key)
    if (known) return known
    const partition: Partition = {
      key,
      lines: createHash('sha256'),
      records: [],
      held: [],
      crc: 0,
      bytes: 0,
    }
    this.#partitions.set(key, partition)
    return partition
  }

  async #spill(): Promise<void> {
    await mkdir(this.#options.spoolFolder, { recursive: true })
    for (const partition of this.#partitions.values()) {
      partition.spool ??= join(this.#options.spoolFolder, randomUUID())
      await appendFile(partition.spool, Buffer.concat(partition.held))
      partition.held = []
    }
    this.#held = 0
  }

  async #compress(partition: Partition, digests: RawDigests): Promise<ObjectBody> {
    const trailer = rawTrailer(partition.crc, partition.bytes)
    if (partition.spool === undefined) {
      return Buffer.concat([rawHeader(digests), await promisify(deflateRaw)(Buffer.concat(partition.held), compression), trailer])
    }
    await appendFile(partition.spool, Buffer.concat(partition.held))
    partition.held = []
    const path = `${partition.spool}.gz`
    await writeFile(path, rawHeader(digests))
    await pipeline(createReadStream(partition.spool), createDeflateRaw(compression), createWriteStream(path, { flags: 'a' }))
    await appendFile(path, trailer)
    return { path }
  }

  /** The object as it is in the lake: ours, or what was there before. */
  async #create(object: StoredObject, body: ObjectBody, options?: Abortable): Promise<StoredObject> {
    if ((await this.#lake.create(object.key, body, options)) === 'created') return { ...object, sha256: await sha256Of(body) }
    return this.#readStored(object.key, options)
  }

  async #readStored(key: string, options?: Abortable): Promise<StoredObject> {
    const bytes = createHash('sha256')
    let digests: RawDigests | undefined
    for await (const chunk of this.#lake.stream(key, options)) {
      digests ??= readRawDigests(chunk)
      if (!digests) break
      bytes.update(chunk)
    }
    if (digests) return { key, ...digests, sha256: bytes.digest('hex') }
    throw new MailtrailError(
      'LAKE_OBJECT_FOREIGN',
      `The object ${key} in ${this.#lake.place} was not written by Mailtrail. Move it away; the content is then stored.`,
      {
        retry: { again: true },
      },
    )
  }
}

async function sha256Of(body: ObjectBody): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of body instanceof Uint8Array ? [body] : createReadStream(body.path)) hash.update(chunk)
  return hash.digest('hex')
}
