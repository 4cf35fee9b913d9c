import { MailtrailError } from '@mailtrail/core'

/**
 * How an object store keeps from working: it does not answer, does not let us in, has no such bucket or container, or will not do what it
 * is asked, or does what it must refuse. None of it is the fault of the work, which waits until someone has mended it.
 */
export type LakeFailure = 'unavailable' | 'denied' | 'bucketMissing' | 'refused' | 'unfit'

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
        onceMended,
      )
    case 'bucketMissing':
      return new MailtrailError(
        'LAKE_BUCKET_MISSING',
        `The lake at ${place} has no such bucket or container (${reason}). Make it, or correct the location.`,
        onceMended,
      )
    case 'refused':
      return new MailtrailError(
        'LAKE_REQUEST_REFUSED',
        `The lake at ${place} refuses what it is asked (${reason}). Correct its settings under lakes in mailtrail.yaml, or those of the bucket.`,
        onceMended,
      )
    case 'unfit':
      return new MailtrailError(
        'LAKE_UNFIT',
        `The lake at ${place} writes against the condition of a request (${reason}): evidence could be overwritten. Use a service that holds it; with Ceph, a bucket without versions.`,
        onceMended,
      )
  }
}

const onceMended = { retry: { again: true, afterMs: 60_000 } } as const
