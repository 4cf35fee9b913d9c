import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import type { Abortable } from '@mailtrail/core'
import { lakeFailure } from './lake-failure.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** The ids of all versions of one object, and of its earlier deletions, the current one last. They grow with how often it was replaced. */
export async function listS3Versions(bucket: S3Bucket, key: string, options?: Abortable): Promise<string[]> {
  const found: { readonly id: string; readonly isLatest: boolean }[] = []
  for (let page = await requestPage(bucket, key, {}, options); ; ) {
    for (const { Key, VersionId, IsLatest = false } of [...(page.DeleteMarkers ?? []), ...(page.Versions ?? [])]) {
      if (Key === bucket.prefix + key && VersionId !== undefined) found.push({ id: VersionId, isLatest: IsLatest })
    }
    // Keys are sorted, so those that only begin like this one come after it.
    const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = page
    if (!IsTruncated || NextKeyMarker !== bucket.prefix + key) break
    page = await requestPage(bucket, key, { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker }, options)
  }
  return found.toSorted((a, b) => Number(a.isLatest) - Number(b.isLatest)).map(({ id }) => id)
}

interface Markers {
  readonly KeyMarker?: string | undefined
  readonly VersionIdMarker?: string | undefined
}

async function requestPage(
  { client, bucket: Bucket, prefix, place, ask }: S3Bucket,
  key: string,
  markers: Markers,
  options?: Abortable,
): Promise<ListObjectVersionsCommandOutput> {
  const page = await ask((http) => client.send(new ListObjectVersionsCommand({ Bucket, Prefix: prefix + key, ...markers }), http), options)
  if (page === 'missing' || page === 'precondition') throw lakeFailure('unavailable', place, `${page} in answer to a listing`)
  return page
}
