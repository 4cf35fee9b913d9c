import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ObjectBody } from './object-store.ts'

/** What is sent: with its length, and with a digest that the service compares with what arrived. */
export interface BlobBody {
  readonly length: number
  readonly md5: Buffer
  /** A file is opened anew for each attempt. */
  readonly content: Buffer | (() => Readable)
}

export async function prepareBlobBody(body: ObjectBody): Promise<BlobBody> {
  const hash = createHash('md5')
  if (body instanceof Uint8Array) {
    const content = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    return { length: content.length, md5: hash.update(content).digest(), content }
  }
  const { size: length } = await stat(body.path)
  await pipeline(createReadStream(body.path, { highWaterMark }), hash)
  return { length, md5: hash.digest(), content: () => createReadStream(body.path, { highWaterMark }) }
}

const highWaterMark = 256 * 1024
