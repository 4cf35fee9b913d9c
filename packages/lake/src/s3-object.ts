import { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { type Abortable, MailtrailError } from '@mailtrail/core'
import { bareEtag } from './bare-etag.ts'
import { lakeFailure } from './lake-failure.ts'
import { objectChanged } from './object-changed.ts'
import type { StreamOptions } from './object-store.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** One version of an object. Its chunks must be read, once. */
export interface S3Object {
  readonly etag: string
  readonly chunks: AsyncIterable<Uint8Array>
}

/** @throws {@link MailtrailError} `LAKE_OBJECT_CHANGED` when the object is not of `etag` */
export async function openS3Object(bucket: S3Bucket, key: string, { etag, ...options }: StreamOptions = {}): Promise<S3Object | undefined> {
  const first = await requestPart(bucket, key, 0, options)
  if (!first) return undefined
  if (etag !== undefined && first.etag !== etag) throw refused(first, bucket, key)
  return { etag: first.etag, chunks: readToTheEnd(bucket, key, first, options) }
}

interface Part {
  readonly etag: string
  /** Of the whole object, in bytes. */
  readonly size: number
  readonly body: Readable
}

/** How often in a row a transfer may break without having brought anything. */
const vainPartsInARow = 4

/** A transfer that breaks off goes on where it ended: a short object would be taken for the whole. */
async function* readToTheEnd(bucket: S3Bucket, key: string, first: Part, options: Abortable): AsyncGenerator<Uint8Array> {
  let position = 0
  let vainParts = 0
  for (let part = first; ; part = await requestRest(bucket, key, position, first, options)) {
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
    if (vainParts === vainPartsInARow) throw lakeFailure('unavailable', bucket.place, `${key} breaks off at byte ${position}`)
  }
}

async function requestRest(bucket: S3Bucket, key: string, position: number, { etag }: Part, options: Abortable): Promise<Part> {
  const part = await requestPart(bucket, key, position, options)
  if (!part) throw objectMissing(bucket, key)
  if (part.etag !== etag) throw refused(part, bucket, key)
  return part
}

async function requestPart(bucket: S3Bucket, key: string, position: number, options: Abortable): Promise<Part | undefined> {
  const input = { Bucket: bucket.bucket, Key: bucket.prefix + key, ...(position > 0 && { Range: `bytes=${position}-` }) }
  const answer = await bucket.ask((http) => bucket.client.send(new GetObjectCommand(input), http), options)
  if (answer === 'missing') return undefined
  const part = answer === 'precondition' ? undefined : partOf(answer, position)
  if (!part) throw lakeFailure('unavailable', bucket.place, `no whole answer to the request of ${key}`)
  return part
}

function partOf({ Body, ETag, ContentLength, ContentRange }: GetObjectCommandOutput, position: number): Part | undefined {
  if (!(Body instanceof Readable) || ETag === undefined || ContentLength === undefined) return undefined
  const isFromThere = position === 0 ? ContentRange === undefined : ContentRange?.startsWith(`bytes ${position}-`)
  if (isFromThere) return { etag: bareEtag(ETag), size: position + ContentLength, body: Body }
  Body.destroy()
  return undefined
}

export function objectMissing({ place }: S3Bucket, key: string): MailtrailError {
  return new MailtrailError('LAKE_OBJECT_MISSING', `The lake at ${place} has no object ${key}.`)
}

function refused({ body }: Part, { place }: S3Bucket, key: string): MailtrailError {
  body.destroy()
  return objectChanged(place, key)
}
