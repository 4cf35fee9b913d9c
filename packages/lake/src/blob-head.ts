import type { BlobGetPropertiesResponse } from '@azure/storage-blob'
import type { Abortable } from '@mailtrail/core'
import type { BlobContainer } from './blob-container.ts'
import { blobErrorCode } from './blob-failure.ts'
import { isFolder } from './blob-list.ts'

/** What the service knows of an object; undefined when there is none, or a folder in its place. */
export async function headBlob(
  { client, prefix, ask }: BlobContainer,
  key: string,
  options?: Abortable,
): Promise<BlobGetPropertiesResponse | undefined> {
  const found = await ask(
    (http) =>
      client
        .getBlobClient(prefix + key)
        .getProperties(http)
        .catch(undefinedIfMissing),
    options,
  )
  return found && !isFolder(found) ? found : undefined
}

/** Any other 404 is no answer to whether there is an object: the container is gone, or something else stands in its place. */
export function undefinedIfMissing(error: unknown): undefined {
  if (blobErrorCode(error) !== 'BlobNotFound') throw error
}
