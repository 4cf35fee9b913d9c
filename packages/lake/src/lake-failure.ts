import { MailtrailError } from '@mailtrail/core'

/**
 * How an object store keeps from working: it does not answer, does not let us in, has no such bucket or container, or will not do what it
 * is asked. None of it is the fault of the work, which waits until someone has mended it.
 */
export type LakeFailure = 'unavailable' | 'denied' | 'bucketMissing' | 'refused'

/**
 * @param place - of the lake, never a credential
 * @param reason - the store's own word for it, such as `SlowDown, HTTP 503`; no text of its, which may show what was sent
 */
export function lakeFailure(failure: LakeFailure, place: string, reason: string): MailtrailError {
  switch (failure) {
    case 'unavailable':
      return new MailtrailError(
        'LAKE_UNAVAILABLE',
        `The lake at ${place} does not answer as it should (${reason}). Work goes on once it does.`,
        {
          retry: { again: true, afterMs: 30_000 },
        },
      )
    case 'denied':
      return new MailtrailError(
        'LAKE_ACCESS_DENIED',
        `The lake at ${place} does not let Mailtrail in (${reason}). Correct its credential or its permissions.`,
        { retry: { again: true, afterMs: 60_000 } },
      )
    case 'bucketMissing':
      return new MailtrailError(
        'LAKE_BUCKET_MISSING',
        `There is no such bucket or container: ${place} (${reason}). Make it, or correct the location.`,
        {
          retry: { again: true, afterMs: 60_000 },
        },
      )
    case 'refused':
      return new MailtrailError(
        'LAKE_REQUEST_REFUSED',
        `The lake at ${place} refuses what it is asked (${reason}). Correct its settings under lakes in mailtrail.yaml, or those of the bucket.`,
        { retry: { again: true, afterMs: 60_000 } },
      )
  }
}
