import { createHash } from 'node:crypto'
import type { Abortable } from '@mailtrail/core'
import type { ObjectStore } from './object-store.ts'
import { maxRawHeadBytes } from './raw-object.ts'

/** The bytes of an object, as they are. */
export interface MeasuredObject {
  /** Hex. */
  readonly sha256: string
  readonly bytes: number
  /** The first of them: enough for the digests of a raw object. */
  readonly head: Uint8Array
}

/** Reads all of an object. @throws what the store throws */
export async function measureObject(lake: ObjectStore, key: string, options?: Abortable): Promise<MeasuredObject> {
  const hash = createHash('sha256')
  let bytes = 0
  let head = Buffer.alloc(0)
  for await (const chunk of lake.stream(key, options)) {
    hash.update(chunk)
    bytes += chunk.length
    if (head.length < maxRawHeadBytes) head = Buffer.concat([head, chunk.subarray(0, maxRawHeadBytes)])
  }
  return { sha256: hash.digest('hex'), bytes, head }
}
