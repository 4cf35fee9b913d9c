import type { ContainerClient } from '@azure/storage-blob'
import type { Abortable } from '@mailtrail/core'
import { blobFailureOf, blobReasonOf } from './blob-failure.ts'
import { lakeFailure } from './lake-failure.ts'
import type { LakeSettings } from './lake-settings.ts'
import { withPatience } from './with-patience.ts'

/** What an object written to the container is given. */
export type BlobWriteSettings = Pick<LakeSettings, 'accessTier' | 'encryptionScope' | 'tags'>

export interface BlobContainerOptions {
  readonly client: ContainerClient
  /** Empty, or ends with a slash. */
  readonly prefix: string
  /** For messages. */
  readonly place: string
  readonly write: BlobWriteSettings
  /** How long a request is tried again that fails for a reason that may pass, in milliseconds. */
  readonly patienceMs: number
}

/** One container, or a part of it, and how it is spoken to. */
export interface BlobContainer extends BlobContainerOptions {
  /**
   * What the service answers, once it does.
   *
   * @param request - made anew for each attempt
   * @throws {@link MailtrailError} `LAKE_UNAVAILABLE`, `LAKE_ACCESS_DENIED`, `LAKE_BUCKET_MISSING`, `LAKE_REQUEST_REFUSED`
   */
  ask<T>(request: (http: { readonly abortSignal?: AbortSignal }) => Promise<T>, options?: Abortable): Promise<T>
}

export function createBlobContainer(options: BlobContainerOptions): BlobContainer {
  const { place, patienceMs } = options
  const patiently = withPatience({ patienceMs, mayPass: (error) => blobFailureOf(error) === 'unavailable' })
  return {
    ...options,
    ask: async (request, { signal } = {}) => {
      try {
        return await patiently(() => request(signal ? { abortSignal: signal } : {}), signal)
      } catch (error) {
        signal?.throwIfAborted()
        const failure = blobFailureOf(error)
        throw failure === undefined ? error : lakeFailure(failure, place, blobReasonOf(error))
      }
    },
  }
}
