import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ObjectBody } from './object-store.ts'

/** What is sent: with its length, and with a digest that the service compares with what arrived. */
export interface S3Body {
  readonly fields: { readonly ContentLength: number; readonly ContentMD5: string }
  /** From its beginning, for one attempt, which ends the stream. */
  start(): Promise<Uint8Array | Readable>
}

/** MD5 is the one digest that Amazon and all who speak its protocol verify. It guards the way there, not against malice. */
export async function prepareS3Body(body: ObjectBody): Promise<S3Body> {
  const md5 = createHash('md5')
  if (body instanceof Uint8Array) {
    return { fields: { ContentLength: body.length, ContentMD5: md5.update(body).digest('base64') }, start: async () => body }
  }
  const { size: ContentLength } = await stat(body.path)
  await pipeline(createReadStream(body.path, { highWaterMark }), md5)
  return {
    fields: { ContentLength, ContentMD5: md5.digest('base64') },
    start: async () => (await open(body.path)).createReadStream({ highWaterMark }),
  }
}

const highWaterMark = 256 * 1024
