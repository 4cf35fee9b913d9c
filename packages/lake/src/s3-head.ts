import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Abortable } from '@mailtrail/core'
import { bareEtag } from './bare-etag.ts'
import { lakeFailure } from './lake-failure.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { requestS3Page } from './s3-list.ts'

/** What the store says of an object without its bytes; `etag` is without quotes. */
export interface S3Head {
  readonly etag: string
  readonly size: number
  readonly answer: HeadObjectCommandOutput
}

interface HeadOptions extends Abortable {
  readonly versionId?: string | undefined
}

export async function headS3Object(
  bucket: S3Bucket,
  key: string,
  { versionId, ...options }: HeadOptions = {},
): Promise<S3Head | undefined> {
  const { client, ask } = bucket
  const input = { Bucket: bucket.bucket, Key: bucket.prefix + key, ...(versionId !== undefined && { VersionId: versionId }) }
  const answer = await ask((http) => client.send(new HeadObjectCommand(input), http), options)
  if (answer !== 'missing' && answer !== 'precondition') {
    const { ETag, ContentLength } = answer
    if (ETag === undefined || ContentLength === undefined) throw lakeFailure('unavailable', bucket.place, `no whole answer about ${key}`)
    return { etag: bareEtag(ETag), size: ContentLength, answer }
  }
  // An answer without a body does not tell whether the object is missing or the whole bucket.
  await requestS3Page(bucket, key, { MaxKeys: 1 }, options)
  return undefined
}
