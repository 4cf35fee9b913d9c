import { createHash } from 'node:crypto'
import { type Abortable, MailtrailError, type StoredObject } from '@mailtrail/core'
import { packingOf } from '../layout.ts'
import type { ObjectStore } from '../object-store.ts'
import { maxRawHeadBytes, readRawDigests } from '../raw-object.ts'
import { isOfPacking } from '../store-raw.ts'
import { unpackObject } from '../unpack-object.ts'

/** The bytes of an object, as they are. */
export interface MeasuredObject {
  /** Hex. */
  readonly sha256: string
  readonly bytes: number
  /** The first of them. */
  readonly head: Uint8Array
}

/** Reads all of an object; undefined when there is none. */
export async function measureObject(lake: ObjectStore, key: string, options?: Abortable): Promise<MeasuredObject | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  let head = Buffer.alloc(0)
  try {
    for await (const chunk of lake.stream(key, options)) {
      hash.update(chunk)
      bytes += chunk.length
      if (head.length < maxRawHeadBytes) head = Buffer.concat([head, chunk.subarray(0, maxRawHeadBytes)])
    }
  } catch (error) {
    if (error instanceof MailtrailError && error.code === 'LAKE_OBJECT_MISSING') return undefined
    throw error
  }
  return { sha256: hash.digest('hex'), bytes, head }
}

/** Whether a raw object is what was recorded. Early entries lack the digest of its bytes; then those of its lines are compared. */
export async function isAsRecorded(
  lake: ObjectStore,
  key: string,
  { measured, recorded }: { readonly measured: MeasuredObject; readonly recorded: Omit<StoredObject, 'key'> },
  options?: Abortable,
): Promise<boolean> {
  if (recorded.sha256 !== undefined) return recorded.sha256 === measured.sha256
  const digests = readRawDigests(measured.head, packingOf(key) ?? 'gzip')
  const isSame = digests?.linesSha256 === recorded.linesSha256 && digests.recordsSha256 === recorded.recordsSha256
  return isSame && (await digestOfLines(lake, key, options)) === recorded.linesSha256
}

/** Whether a raw object that nothing names holds the lines that its own head names. */
export async function isConsistent(lake: ObjectStore, key: string, { head }: MeasuredObject, options?: Abortable): Promise<boolean> {
  const digests = readRawDigests(head, packingOf(key) ?? 'gzip')
  return digests !== undefined && (await digestOfLines(lake, key, options)) === digests.linesSha256
}

/** Hex SHA-256 of the unpacked lines; undefined when they cannot be unpacked. */
export async function digestOfLines(lake: ObjectStore, key: string, options?: Abortable): Promise<string | undefined> {
  const lines = createHash('sha256')
  try {
    for await (const chunk of unpackObject(lake, key, options)) lines.update(chunk)
  } catch (error) {
    if (isOfPacking(error)) return undefined
    throw error
  }
  return lines.digest('hex')
}
