import { pipeline, Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Abortable } from '@mailtrail/core'
import { packingOf } from './layout.ts'
import type { ObjectStore } from './object-store.ts'
import { rawHeadBytes } from './raw-object.ts'

/**
 * The lines of a packed NDJSON object, in bounded memory. Length and checksum of the packing are checked: a cut or damaged object is an
 * error, never fewer lines.
 *
 * @throws what the store throws, and an error of `node:zlib`
 */
export function unpackObject(lake: ObjectStore, key: string, options?: Abortable): AsyncIterable<Uint8Array> {
  const packed = lake.stream(key, options)
  const [source, unpacker] =
    packingOf(key) === 'zstd' ? [withoutHead(packed), createZstdDecompress()] : [Readable.from(packed), createGunzip()]
  return pipeline(source, unpacker, () => {})
}

const skippable = 0x18_4d_2a_50

/** Node.js ends with the first frame of a stream, which the skippable one is. */
async function* withoutHead(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const length = rawHeadBytes('zstd')
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of packed) {
    if (!head) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < length) continue
    yield head.readUInt32LE() === skippable ? head.subarray(length) : head
    head = undefined
  }
  if (head) yield head
}
