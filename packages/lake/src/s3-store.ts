import { buffer } from 'node:stream/consumers'
import type { Abortable } from '@mailtrail/core'
import { requireReplaceable } from './layout.ts'
import { requireKey } from './object-key.ts'
import type { ObjectStat, ObjectStore, ObjectVersion, StreamOptions } from './object-store.ts'
import { createS3Bucket, type S3Bucket, type S3BucketOptions } from './s3-bucket.ts'
import { headS3Object } from './s3-head.ts'
import { listS3Keys } from './s3-list.ts'
import { objectMissing, openS3Object } from './s3-object.ts'
import { removeS3Object } from './s3-remove.ts'
import { createS3Create, createS3Replace } from './s3-write.ts'

/** A lake in a bucket, or below a prefix of one. Conditional requests hold its promises, so the service must know them. */
export function createS3Store(options: S3BucketOptions): ObjectStore {
  const bucket = createS3Bucket(options)
  const [create, replace] = [createS3Create(bucket), createS3Replace(bucket)]
  return {
    place: bucket.place,
    create: async (key, body, abortable) => create(requireKey(key), body, abortable),
    read: async (key, abortable) => (await readVersion(bucket, requireKey(key), abortable))?.bytes,
    stream: (key, streamOptions) => streamObject(bucket, key, streamOptions),
    readVersion: async (key, abortable) => readVersion(bucket, requireKey(key), abortable),
    replace: async (key, body, etag, abortable) => {
      requireReplaceable(requireKey(key))
      return replace(key, body, etag, abortable)
    },
    stat: async (key, abortable) => statObject(bucket, requireKey(key), abortable),
    remove: async (key, abortable) => removeS3Object(bucket, requireKey(key), abortable),
    list: (prefix, abortable) => listS3Keys(bucket, prefix, abortable),
    [Symbol.asyncDispose]: async () => options.client.destroy(),
  }
}

async function statObject(bucket: S3Bucket, key: string, options?: Abortable): Promise<ObjectStat | undefined> {
  const head = await headS3Object(bucket, key, options)
  return head && { size: head.size, etag: head.etag }
}

async function readVersion(bucket: S3Bucket, key: string, options?: Abortable): Promise<ObjectVersion | undefined> {
  const object = await openS3Object(bucket, key, options)
  return object && { bytes: await buffer(object.chunks), etag: object.etag }
}

async function* streamObject(bucket: S3Bucket, key: string, options?: StreamOptions): AsyncGenerator<Uint8Array> {
  const object = await openS3Object(bucket, requireKey(key), options)
  if (!object) throw objectMissing(bucket, key)
  yield* object.chunks
}
