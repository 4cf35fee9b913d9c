import { ListObjectsV2Command, type ListObjectsV2CommandInput, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import type { Abortable } from '@mailtrail/core'
import { lakeFailure } from './lake-failure.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** Keys as the store sorts them, a page at a time. */
export async function* listS3Keys(bucket: S3Bucket, prefix: string, options?: Abortable): AsyncGenerator<string> {
  for (let page = await requestS3Page(bucket, prefix, {}, options); ; ) {
    for (const { Key = '' } of page.Contents ?? []) {
      // The "folders" of a console are no objects of the lake.
      if (!Key.endsWith('/')) yield Key.slice(bucket.prefix.length)
    }
    if (page.NextContinuationToken === undefined) return
    page = await requestS3Page(bucket, prefix, { ContinuationToken: page.NextContinuationToken }, options)
  }
}

type PageInput = Pick<ListObjectsV2CommandInput, 'ContinuationToken' | 'MaxKeys'>

/** One page of the keys that begin with `prefix`. What does not say whether it is the last would be taken for the whole. */
export async function requestS3Page(
  { client, bucket: Bucket, prefix: base, place, ask }: S3Bucket,
  prefix: string,
  input: PageInput,
  options?: Abortable,
): Promise<ListObjectsV2CommandOutput> {
  const page = await ask((http) => client.send(new ListObjectsV2Command({ Bucket, Prefix: base + prefix, ...input }), http), options)
  if (page === 'missing' || page === 'precondition') throw lakeFailure('unavailable', place, `${page} in answer to a listing`)
  const { Name, IsTruncated, NextContinuationToken } = page
  if (Name === Bucket && IsTruncated === (NextContinuationToken !== undefined)) return page
  throw lakeFailure('unavailable', place, 'no whole answer to a listing')
}
