import { MailtrailError } from '@mailtrail/core'
import type { LakeOptions, LakeSettings } from './lake-settings.ts'
import type { ObjectStore } from './object-store.ts'
import { createS3Bucket } from './s3-bucket.ts'
import { createS3Client } from './s3-client.ts'
import { requestS3Page } from './s3-list.ts'
import { parseS3Location } from './s3-location.ts'
import { createS3Store } from './s3-store.ts'

const patienceMs = { opening: 3_000, working: 30_000 }

/**
 * Opens the lake in a bucket, and asks once whether it is there and may be listed.
 *
 * @param location - `s3://bucket` or `s3://bucket/prefix`
 * @throws {@link MailtrailError} `LAKE_LOCATION_INVALID`, `LAKE_BUCKET_MISSING`, `LAKE_ACCESS_DENIED`, `LAKE_UNAVAILABLE`, `LAKE_REQUEST_REFUSED`
 */
export async function openS3Lake(location: string, settings: LakeSettings, readSecret: LakeOptions['readSecret']): Promise<ObjectStore> {
  const place = parseS3Location(location)
  const client = await createS3Client(settings, readSecret)
  const options = { client, ...place, write: settings }
  try {
    await client.config.region().catch(() => {
      throw regionMissing(location)
    })
    await requestS3Page(createS3Bucket({ ...options, patienceMs: patienceMs.opening }), '', { MaxKeys: 1 })
    return createS3Store({ ...options, patienceMs: patienceMs.working })
  } catch (error) {
    client.destroy()
    throw error
  }
}

function regionMissing(location: string): MailtrailError {
  return new MailtrailError(
    'LAKE_LOCATION_INVALID',
    `Nothing says in which region ${location} is: set region under lakes in mailtrail.yaml, or AWS_REGION.`,
  )
}
