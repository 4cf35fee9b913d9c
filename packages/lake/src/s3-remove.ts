import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { type Abortable, MailtrailError } from '@mailtrail/core'
import type { Removal } from './object-store.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { headS3Object } from './s3-head.ts'
import { listS3Versions } from './s3-versions.ts'

/**
 * Takes an object away for good. Where the bucket keeps versions a plain deletion would hide the bytes and keep them, also where a lock
 * does; so they go by their ids, the current version last: what it once replaced must not come to light.
 */
export async function removeS3Object(bucket: S3Bucket, key: string, options?: Abortable): Promise<Removal> {
  const found = await headS3Object(bucket, key, options)
  if (!found) return { outcome: 'missing' }
  const versionIds = found.answer.VersionId === undefined ? [undefined] : await listS3Versions(bucket, key, options)
  for (const versionId of versionIds) {
    const lock = await removeVersion(bucket, key, { versionId, ...options })
    if (lock) return lock
  }
  return { outcome: 'removed' }
}

interface VersionOptions extends Abortable {
  readonly versionId: string | undefined
}

async function removeVersion(bucket: S3Bucket, key: string, { versionId, ...options }: VersionOptions): Promise<Removal | undefined> {
  const input = { Bucket: bucket.bucket, Key: bucket.prefix + key, ...(versionId !== undefined && { VersionId: versionId }) }
  try {
    await bucket.ask((http) => bucket.client.send(new DeleteObjectCommand(input), http), options)
    return undefined
  } catch (error) {
    const isDenied = error instanceof MailtrailError && error.code === 'LAKE_ACCESS_DENIED'
    const lock = isDenied ? await lockOf(bucket, key, { versionId, ...options }) : undefined
    if (lock) return lock
    throw error
  }
}

/** A legal hold has no end, so with one nothing says until when. */
async function lockOf(bucket: S3Bucket, key: string, options: VersionOptions): Promise<Removal | undefined> {
  const {
    ObjectLockMode,
    ObjectLockLegalHoldStatus,
    ObjectLockRetainUntilDate: until,
  } = (await headS3Object(bucket, key, options))?.answer ?? {}
  if (ObjectLockLegalHoldStatus === 'ON') return { outcome: 'locked' }
  if (ObjectLockMode === undefined) return undefined
  return { outcome: 'locked', ...(until && { until: until.getTime() }) }
}
