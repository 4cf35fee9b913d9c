import { MailtrailError } from '@mailtrail/core'
import { type LakeOptions, settingsFor } from './lake-settings.ts'
import type { ObjectStore } from './object-store.ts'
import { openFolderLake } from './open-folder-lake.ts'

/**
 * Opens the lake at a location. An object store is asked once whether the place is there and may be used.
 *
 * @param location - `file:` and a folder, `s3://bucket/prefix` or `abfss://container@account/prefix`
 * @param options - settings and secrets of object stores; absent, their SDKs go by what they find
 * @throws {@link MailtrailError} `LAKE_LOCATION_INVALID`, `LAKE_BUCKET_MISSING`, `LAKE_ACCESS_DENIED`, `LAKE_UNAVAILABLE`, `LAKE_REQUEST_REFUSED`
 */
export async function openLake(location: string, options: LakeOptions = nothingSet): Promise<ObjectStore> {
  // Each kind but the folder brings a large library, which is loaded for its own lakes alone.
  switch (location.slice(0, location.indexOf(':') + 1)) {
    case 'file:':
      return openFolderLake(location)
    case 's3:': {
      const { openS3Lake } = await import('./open-s3-lake.ts')
      return openS3Lake(location, settingsFor(location, options.lakes), options.readSecret)
    }
    case 'abfss:': {
      const { openBlobLake } = await import('./open-blob-lake.ts')
      return openBlobLake(location, settingsFor(location, options.lakes), options.readSecret)
    }
    default:
      throw new MailtrailError(
        'LAKE_LOCATION_INVALID',
        `"${location}" is not a lake: write file: and a folder, such as file:/var/lib/mailtrail, s3://bucket/prefix or abfss://container@account/prefix.`,
      )
  }
}

const nothingSet: LakeOptions = {
  lakes: {},
  readSecret: async () => {
    throw new Error('Nothing is set, so there is no secret.')
  },
}
