import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { PutObjectCommand, type PutObjectCommandInput, type PutObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Abortable } from '@mailtrail/core'
import { lakeFailure } from './lake-failure.ts'
import type { ObjectBody, ObjectStore } from './object-store.ts'
import { prepareS3Body, type S3Body } from './s3-body.ts'
import type { S3Bucket, S3WriteSettings } from './s3-bucket.ts'
import { headS3Object } from './s3-head.ts'

/** In one conditional request: of all who create a key, one is told so. */
export async function createS3Object(bucket: S3Bucket, key: string, body: ObjectBody, options?: Abortable): Promise<'created' | 'exists'> {
  const prepared = await prepareS3Body(body)
  const answer = await put(bucket, { Key: bucket.prefix + key, IfNoneMatch: '*' }, prepared, options)
  if (answer === 'missing') throw lakeFailure('unavailable', bucket.place, `${key} is neither there nor made`)
  return answer === 'precondition' ? 'exists' : 'created'
}

/** Replaces by compare-and-swap. `etag` is without quotes. */
export function createS3Replace(bucket: S3Bucket): ObjectStore['replace'] {
  // HTTP has the ETag in quotes. Ceph 16 takes it only without, and then answers that the precondition failed.
  let forms = [(etag: string) => `"${etag}"`, (etag: string) => etag]
  return async (key, body, etag, options) => {
    const prepared = await prepareS3Body(body)
    // An answer that was lost on the way is found out by it: the object is of this call, or not.
    const call = randomUUID()
    const input = { Key: bucket.prefix + key, Metadata: { call } }
    for (const form of forms) {
      const answer = await put(bucket, { ...input, IfMatch: form(etag) }, prepared, options)
      if (answer === 'missing') return 'changed'
      const there = answer === 'precondition' ? await headS3Object(bucket, key, options) : 'ours'
      if (there === 'ours' || there?.answer.Metadata?.call === call) {
        forms = [form]
        return 'replaced'
      }
      if (there?.etag !== etag) return 'changed'
    }
    throw lakeFailure('refused', bucket.place, `the ETag ${etag} of ${key} matches in no form`)
  }
}

type Condition = Pick<PutObjectCommandInput, 'Key' | 'IfNoneMatch' | 'IfMatch' | 'Metadata'>

async function put(
  { client, bucket, place, write, ask }: S3Bucket,
  condition: Condition,
  { fields, start }: S3Body,
  options?: Abortable,
): Promise<PutObjectCommandOutput | 'missing' | 'precondition'> {
  const input = { Bucket: bucket, ...fieldsOf(write), ...fields, ...condition }
  const answer = await ask(async (http) => {
    const body = await start()
    try {
      return await client.send(new PutObjectCommand({ ...input, Body: body }), http)
    } finally {
      if (body instanceof Readable) body.destroy()
    }
  }, options)
  if (typeof answer === 'object' && answer.ETag === undefined)
    throw lakeFailure('unavailable', place, `no whole answer to the writing of ${condition.Key}`)
  return answer
}

function fieldsOf({ kmsKeyId, storageClass, tags }: S3WriteSettings): Partial<PutObjectCommandInput> {
  return {
    ...(kmsKeyId !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId, BucketKeyEnabled: true }),
    ...(storageClass !== undefined && { StorageClass: storageClass }),
    ...(tags && { Tagging: new URLSearchParams(tags).toString() }),
  }
}
