import type { BlobGetPropertiesResponse } from '@azure/storage-blob'
import type { Abortable } from '@mailtrail/core'
import type { BlobContainer } from './blob-container.ts'
import { blobErrorCode } from './blob-failure.ts'
import { headBlob } from './blob-head.ts'
import type { Removal } from './object-store.ts'

/**
 * Takes an object away, with its snapshots. One under a policy or a legal hold is left alone: where the account keeps versions, the
 * service would take the deletion and hide what it goes on to keep.
 */
export async function removeBlob(container: BlobContainer, key: string, options?: Abortable): Promise<Removal> {
  const found = await headBlob(container, key, options)
  if (!found) return { outcome: 'missing' }
  if (found.legalHold) return { outcome: 'locked' }
  const until = lockedUntil(found)
  if (until !== undefined) return { outcome: 'locked', until }
  const blob = container.client.getBlobClient(container.prefix + key)
  const outcome = await container.ask(
    (http) => blob.delete({ ...http, deleteSnapshots: 'include' }).then(() => 'removed' as const, outcomeOf),
    options,
  )
  return { outcome }
}

/** By the service's clock, by which it keeps its policies. */
function lockedUntil({ immutabilityPolicyExpiresOn: expiry, date }: BlobGetPropertiesResponse): number | undefined {
  return expiry && !(date && expiry <= date) ? expiry.getTime() : undefined
}

function outcomeOf(error: unknown): 'missing' | 'locked' {
  const code = blobErrorCode(error) ?? ''
  if (code === 'BlobNotFound') return 'missing'
  // A policy or a hold of the whole container shows in nothing but this refusal.
  if (code === 'LeaseIdMissing' || code.startsWith('BlobImmutable')) return 'locked'
  throw error
}
