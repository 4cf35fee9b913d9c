import { MailtrailError } from '@mailtrail/core'

export interface S3Location {
  readonly bucket: string
  /** Empty, or ends with a slash. */
  readonly prefix: string
}

/** @throws {@link MailtrailError} `LAKE_LOCATION_INVALID` */
export function parseS3Location(location: string): S3Location {
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?:[\w!.*'()=-]+\/)*[\w!.*'()=-]+))?\/?$/.exec(location) ?? []
  if (bucket === undefined || prefix.split('/').some((part) => part === '.' || part === '..')) {
    throw new MailtrailError(
      'LAKE_LOCATION_INVALID',
      `"${location}" is no bucket: write s3://bucket or s3://bucket/prefix, such as s3://acme-evidence/fleet.`,
    )
  }
  return { bucket, prefix: prefix && `${prefix}/` }
}
