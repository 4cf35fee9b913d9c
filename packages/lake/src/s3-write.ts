import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { PutObjectCommand, type PutObjectCommandInput, type PutObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Abortable } from '@mailtrail/core'
import { lakeFailure } from './lake-failure.ts'
import type { ObjectStore } from './object-store.ts'
import { prepareS3Body, type S3Body } from './s3-body.ts'
import type { S3Bucket, S3WriteSettings } from './s3-bucket.ts'
import { headS3Object } from './s3-head.ts'

/** Of what is larger it is asked first whether it is there: an answer amid the sending may get lost with the connection. */
const largeBytes = 1024 * 1024

/** Creates in one conditional request: of all who do so with a key, one is told `created`. */
export function createS3Create(bucket: S3Bucket): ObjectStore['create'] {
  const condition = { IfNoneMatch: '*' }
  let isProven = false
  return async (key, body, options) => {
    const prepared = await prepareS3Body(body)
    const isWorthAsking = !isProven || prepared.fields.ContentLength > largeBytes
    if (isWorthAsking && (await headS3Object(bucket, key, options))) return 'exists'
    const answer = await put(bucket, key, prepared, condition, options)
    if (answer === 'missing') throw lakeFailure('unavailable', bucket.place, `${key} is neither there nor made`)
    if (!isProven) isProven = answer === 'precondition' || (await prove(bucket, key, prepared, condition, options))
    return answer === 'precondition' ? 'exists' : 'created'
  }
}

/** Replaces by compare-and-swap. ETags are without quotes. */
export function createS3Replace(bucket: S3Bucket): ObjectStore['replace'] {
  // HTTP has the ETag in quotes. Ceph 16 takes it only without, and else answers that the precondition failed.
  let forms = [(etag: string) => `"${etag}"`, (etag: string) => etag]
  let isProven = false
  return async (key, body, etag, options) => {
    const prepared = await prepareS3Body(body)
    // Tells whether an object is of this call, whose answer may have been lost on the way.
    const Metadata = { call: randomUUID() }
    for (const form of forms) {
      const answer = await put(bucket, key, prepared, { Metadata, IfMatch: form(etag) }, options)
      if (answer === 'missing') return 'changed'
      const there = answer === 'precondition' ? await headS3Object(bucket, key, options) : 'ours'
      if (there === 'ours' || there?.answer.Metadata?.call === Metadata.call) {
        if (!isProven) isProven = await prove(bucket, key, prepared, { Metadata, IfMatch: form('0'.repeat(32)) }, options)
        forms = [form]
        return 'replaced'
      }
      if (there?.etag !== etag) return 'changed'
    }
    throw lakeFailure('refused', bucket.place, `the ETag ${etag} of ${key} matches in no form`)
  }
}

type Condition = Pick<PutObjectCommandInput, 'IfNoneMatch' | 'IfMatch' | 'Metadata'>

/**
 * A service that does not know a condition ignores it, and Ceph 16 does so in buckets with versions. So whoever wrote an object for the first
 * time writes the same once more under a condition that cannot hold.
 */
async function prove(bucket: S3Bucket, key: string, body: S3Body, condition: Condition, options?: Abortable): Promise<true> {
  if ((await put(bucket, key, body, condition, options)) === 'precondition') return true
  throw lakeFailure('unfit', bucket.place, condition.IfMatch === undefined ? 'If-None-Match' : 'If-Match')
}

async function put(
  { client, bucket, prefix, place, write, ask }: S3Bucket,
  key: string,
  { fields, start }: S3Body,
  condition: Condition,
  options?: Abortable,
): Promise<PutObjectCommandOutput | 'missing' | 'precondition'> {
  const input = { Bucket: bucket, Key: prefix + key, ...fieldsOf(write), ...fields, ...condition }
  const answer = await ask(async (http) => {
    const body = await start()
    try {
      return await client.send(new PutObjectCommand({ ...input, Body: body }), http)
    } finally {
      if (body instanceof Readable) body.destroy()
    }
  }, options)
  const isWhole = typeof answer === 'string' || answer.ETag !== undefined
  if (isWhole) return answer
  throw lakeFailure('unavailable', place, `no whole answer to the writing of ${key}`)
}

function fieldsOf({ kmsKeyId, storageClass, tags }: S3WriteSettings): Partial<PutObjectCommandInput> {
  return {
    ...(kmsKeyId !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId, BucketKeyEnabled: true }),
    ...(storageClass !== undefined && { StorageClass: storageClass }),
    ...(tags && { Tagging: new URLSearchParams(tags).toString() }),
  }
}
