import type { S3Client } from '@aws-sdk/client-s3'
import { type Abortable, MailtrailError } from '@mailtrail/core'
import { lakeFailure } from './lake-failure.ts'
import type { LakeSettings } from './lake-settings.ts'
import { s3FailureOf, s3ReasonOf } from './s3-failure.ts'
import { withPatience } from './with-patience.ts'

/** What an object written to the bucket is given. */
export type S3WriteSettings = Pick<LakeSettings, 'kmsKeyId' | 'storageClass' | 'tags'>

export interface S3BucketOptions {
  readonly client: S3Client
  readonly bucket: string
  /** Empty, or ends with a slash. */
  readonly prefix: string
  readonly write: S3WriteSettings
  /** How long a request is tried again that fails for a reason that may pass, in milliseconds. */
  readonly patienceMs: number
}

interface HttpOptions {
  readonly abortSignal?: AbortSignal
}

/** One bucket, or a part of it, and how it is spoken to. */
export interface S3Bucket extends S3BucketOptions {
  /** For messages. */
  readonly place: string
  /**
   * What the store answers, once it does.
   *
   * @param request - made anew for each attempt, with what aborts it
   * @returns `missing` where the object is, or `precondition` where a condition of the request does not hold
   * @throws {@link MailtrailError} `LAKE_UNAVAILABLE`, `LAKE_ACCESS_DENIED`, `LAKE_BUCKET_MISSING`, `LAKE_REQUEST_REFUSED`, `LAKE_LOCATION_INVALID`
   */
  ask<T extends object>(request: (http: HttpOptions) => Promise<T>, options?: Abortable): Promise<T | 'missing' | 'precondition'>
}

export function createS3Bucket(options: S3BucketOptions): S3Bucket {
  const { bucket, prefix, patienceMs } = options
  const place = `s3://${bucket}/${prefix}`.replace(/\/$/, '')
  const patiently = withPatience({ patienceMs, mayPass: (error) => s3FailureOf(error) === 'unavailable' })
  return {
    ...options,
    place,
    ask: async (request, { signal } = {}) => {
      try {
        return await patiently(() => request(signal ? { abortSignal: signal } : {}), signal)
      } catch (error) {
        signal?.throwIfAborted()
        return answerTo(error, place)
      }
    },
  }
}

function answerTo(error: unknown, place: string): 'missing' | 'precondition' {
  const failure = s3FailureOf(error)
  switch (failure) {
    case undefined:
      throw error
    case 'missing':
    case 'precondition':
      return failure
    case 'elsewhere':
      throw new MailtrailError(
        'LAKE_LOCATION_INVALID',
        `The bucket of ${place} is in another region (${s3ReasonOf(error)}). Set its region under lakes in mailtrail.yaml.`,
      )
    default:
      throw lakeFailure(failure, place, s3ReasonOf(error))
  }
}
