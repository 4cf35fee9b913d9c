import type { Abortable } from '@mailtrail/core'
import type { BlobContainer } from './blob-container.ts'
import { blobErrorCode } from './blob-failure.ts'
import { undefinedIfMissing } from './blob-head.ts'
import { isFolder } from './blob-list.ts'
import { lakeFailure } from './lake-failure.ts'
import { objectChanged } from './object-changed.ts'
import type { StreamOptions } from './object-store.ts'

/** One version of an object. Its chunks must be read, once. */
export interface OpenBlob {
  readonly etag: string
  readonly chunks: AsyncIterable<Uint8Array>
}

/** @throws {@link MailtrailError} `LAKE_OBJECT_CHANGED` when the object is not of `etag` */
export async function openBlob(
  container: BlobContainer,
  key: string,
  { etag, ...options }: StreamOptions = {},
): Promise<OpenBlob | undefined> {
  const first = await requestPart(container, key, { position: 0, etag }, options)
  return first && { etag: first.etag, chunks: readToTheEnd(container, key, first, options) }
}

interface Part {
  readonly etag: string
  /** Of the part, in bytes. */
  readonly size: number
  readonly body: AsyncIterable<Uint8Array>
}

/** How often in a row a transfer may break without having brought anything. */
const vainPartsInARow = 4

/** A transfer that breaks off goes on where it ended, with the same version: a short object would be taken for the whole. */
async function* readToTheEnd(container: BlobContainer, key: string, first: Part, options: Abortable): AsyncGenerator<Uint8Array> {
  let position = 0
  let vainParts = 0
  for (let part = first; ; ) {
    const start = position
    try {
      for await (const chunk of part.body) {
        yield chunk
        position += chunk.length
        options.signal?.throwIfAborted()
      }
    } catch {
      options.signal?.throwIfAborted()
    }
    if (position === first.size) return
    vainParts = position === start ? vainParts + 1 : 0
    if (vainParts === vainPartsInARow) throw lakeFailure('unavailable', container.place, `${key} breaks off at byte ${position}`)
    const rest = await requestPart(container, key, { position, etag: first.etag }, options)
    if (!rest) throw objectChanged(container.place, key)
    part = rest
  }
}

interface From {
  readonly position: number
  readonly etag: string | undefined
}

async function requestPart(container: BlobContainer, key: string, { position, etag }: From, options: Abortable): Promise<Part | undefined> {
  const { client, prefix, place, ask } = container
  const blob = client.getBlobClient(prefix + key)
  const conditions = etag === undefined ? {} : { ifMatch: etag }
  const answer = await ask(
    (http) =>
      blob.download(position, undefined, { ...http, conditions, maxRetryRequests: 0 }).catch((error: unknown) => {
        return blobErrorCode(error) === 'ConditionNotMet' ? 'changed' : undefinedIfMissing(error)
      }),
    options,
  )
  if (answer === 'changed') throw objectChanged(place, key)
  if (!answer) return undefined
  const { readableStreamBody: body, etag: given, contentLength: size } = answer
  if (body === undefined || given === undefined || size === undefined)
    throw lakeFailure('unavailable', place, `no whole answer to the request of ${key}`)
  if (!isFolder(answer)) return { etag: given, size, body: body as AsyncIterable<Buffer> }
  body.resume()
  return undefined
}
