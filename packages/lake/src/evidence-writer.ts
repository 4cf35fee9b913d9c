import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Abortable, type Compression, recordLine, type StoredObject, type TenantId } from '@mailtrail/core'
import { appendToSpool, type EvidenceLine, readSpool } from './evidence-spool.ts'
import { packedKey, partKey, rawKey } from './layout.ts'
import type { ObjectStore } from './object-store.ts'
import { packLines } from './pack-lines.ts'
import { type StoredEvidence, storeRaw } from './store-raw.ts'

export type { StoredEvidence }

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
  /** How objects are packed; gzip unless told otherwise. */
  readonly compression?: Compression
  /** Lines held in memory at most, over all partitions of the content, in bytes; 1 MiB unless told otherwise. */
  readonly heldBytes?: number
  /** Lines of one object at most, in bytes; 4 GiB unless told otherwise: S3 takes 5 GiB in one request. */
  readonly objectBytes?: number
}

interface Partition {
  readonly key: string
  held: EvidenceLine[]
  spool?: string
}

const mebibyte = 1024 ** 2

/** What a held line takes beside its bytes and the characters of its record. */
const heldOverheadBytes = 256

/**
 * Collects the kept lines of one content and stores them as one create-only object a partition. Keys derive from the content id, the
 * operation and the event date alone; what is stored already decides by its recorded digest whether this is the same evidence.
 *
 * Memory is bounded: lines go to files beyond the bound, and of a partition only its key stays. Event dates lie in the years 2000 to 2100,
 * so a content has at most 36,891 partitions an operation.
 */
export class EvidenceWriter implements AsyncDisposable {
  readonly #lake: ObjectStore
  readonly #options: Required<EvidenceOptions>
  readonly #folder: string
  readonly #partitions = new Map<string, Partition>()
  #heldBytes = 0
  #isSpooled = false

  constructor(lake: ObjectStore, options: EvidenceOptions) {
    this.#lake = lake
    this.#options = { compression: 'gzip', heldBytes: mebibyte, objectBytes: 4096 * mebibyte, ...options }
    this.#folder = join(options.spoolFolder, randomUUID())
  }

  async add({ operation, date, line, id, digest }: KeptLine): Promise<void> {
    const kept = { line: Buffer.concat([line, Buffer.from('\n')]), record: recordLine({ id, digest }) }
    this.#partition(operation, date).held.push(kept)
    this.#heldBytes += kept.line.length + 2 * kept.record.length + heldOverheadBytes
    if (this.#heldBytes > this.#options.heldBytes) await this.#spill()
  }

  /** Stores everything added so far. Doing this twice, or on two workers at once, leaves the same objects. */
  async store(options?: Abortable): Promise<StoredEvidence> {
    const objects: StoredObject[] = []
    const variants: string[] = []
    if (this.#isSpooled) await this.#spill()
    for (const { key, held, spool } of this.#partitions.values()) {
      const settings = { ...this.#options, ...options, folder: this.#folder, intoFile: spool !== undefined }
      let part = 0
      for await (const packed of packLines(spool === undefined ? held : readSpool(spool), settings)) {
        part += 1
        const stored = await storeRaw(this.#lake, partKey(key, part), packed, options)
        objects.push(...stored.objects)
        variants.push(...stored.variants)
      }
    }
    return { objects, variants }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isSpooled) await rm(this.#folder, { recursive: true, force: true })
  }

  #partition(operation: string, date: string): Partition {
    const name = `${date}/${operation}`
    const known = this.#partitions.get(name)
    if (known) return known
    const { tenantId, contentId, compression } = this.#options
    const partition: Partition = { key: packedKey(rawKey(operation, tenantId, date, contentId), compression), held: [] }
    this.#partitions.set(name, partition)
    return partition
  }

  async #spill(): Promise<void> {
    this.#isSpooled = true
    await mkdir(this.#folder, { recursive: true })
    for (const partition of this.#partitions.values()) {
      if (partition.held.length === 0) continue
      partition.spool ??= join(this.#folder, randomUUID())
      await appendToSpool(partition.spool, partition.held)
      partition.held = []
    }
    this.#heldBytes = 0
  }
}
