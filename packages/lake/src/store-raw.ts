import { type Abortable, compressions, MailtrailError, type StoredObject } from '@mailtrail/core'
import { digestOfLines } from './digest-of-lines.ts'
import { packedKey, packingOf, variantKey } from './layout.ts'
import { measureObject } from './measure-object.ts'
import type { ObjectBody, ObjectStore } from './object-store.ts'
import type { PackedObject } from './pack-lines.ts'
import { readRawDigests } from './raw-object.ts'

export interface StoredEvidence {
  /** Every object that holds lines of this content. */
  readonly objects: readonly StoredObject[]
  /** Keys written because another version of the content was stored before. */
  readonly variants: readonly string[]
}

/**
 * Stores a packed object create-only. What is there already, under this key or that of another packing, is the same evidence if it holds
 * the same records, and no longer ours to write; else ours is stored beside it, as a variant.
 *
 * @throws {@link MailtrailError} `LAKE_OBJECT_FOREIGN`
 */
export async function storeRaw(lake: ObjectStore, key: string, packed: PackedObject, options?: Abortable): Promise<StoredEvidence> {
  const ours = { key, ...digestsOf(packed) }
  const there = await createOrFind(lake, ours, packed.body, options)
  const isWhole = there.sha256 === ours.sha256 || (await holdsWhatItSays(lake, there, options))
  if (isWhole && there.recordsSha256 === ours.recordsSha256) return { objects: [there], variants: [] }
  const variant = { ...ours, key: variantKey(key, ours.recordsSha256) }
  const stored = await createOrFind(lake, variant, packed.body, options)
  if (stored.recordsSha256 !== ours.recordsSha256) throw foreign(lake, stored.key)
  if (stored.sha256 !== ours.sha256 && !(await holdsWhatItSays(lake, stored, options))) throw foreign(lake, stored.key)
  return { objects: [...(isWhole ? [there] : []), stored], variants: [stored.key] }
}

function digestsOf({ linesSha256, recordsSha256, sha256 }: PackedObject): Omit<StoredObject, 'key'> {
  return { linesSha256, recordsSha256, sha256 }
}

/** The object as it is in the lake: ours, or what was there before in any packing. */
async function createOrFind(lake: ObjectStore, ours: StoredObject, body: ObjectBody, options?: Abortable): Promise<StoredObject> {
  for (const compression of compressions) {
    const key = packedKey(ours.key, compression)
    if (key !== ours.key && (await lake.stat(key, options))) return readStored(lake, key, options)
  }
  if ((await lake.create(ours.key, body, options)) === 'created') return ours
  return readStored(lake, ours.key, options)
}

async function readStored(lake: ObjectStore, key: string, options?: Abortable): Promise<StoredObject> {
  const { head, sha256 } = await measureObject(lake, key, options)
  const digests = readRawDigests(head, packingOf(key) ?? 'gzip')
  if (!digests) throw foreign(lake, key)
  return { key, ...digests, sha256 }
}

/** Whether the lines are those that the head names. An object damaged in the lake is not the evidence that it says it is. */
async function holdsWhatItSays(lake: ObjectStore, { key, linesSha256 }: StoredObject, options?: Abortable): Promise<boolean> {
  return (await digestOfLines(lake, key, options)) === linesSha256
}

function foreign(lake: ObjectStore, key: string): MailtrailError {
  return new MailtrailError(
    'LAKE_OBJECT_FOREIGN',
    `The object ${key} in ${lake.place} was not written by Mailtrail, or was damaged. Move it away; the content is then stored.`,
    { retry: { again: true } },
  )
}
