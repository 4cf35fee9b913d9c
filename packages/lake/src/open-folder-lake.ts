import { mkdir } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { MailtrailError } from '@mailtrail/core'
import { createFolderStore } from './folder-store.ts'
import type { ObjectStore } from './object-store.ts'

/**
 * Opens the lake in a folder, which is made if it is missing.
 *
 * @param location - `file:` and a folder, absolute or relative to the working directory
 * @throws {@link MailtrailError} `LAKE_LOCATION_INVALID`
 */
export async function openFolderLake(location: string): Promise<ObjectStore> {
  const folder = /^file:(?:\/\/)?(.+)$/.exec(location)?.[1]
  if (folder === undefined) throw noFolder(location)
  const root = isAbsolute(folder) ? folder : resolve(folder)
  await mkdir(root, { recursive: true }).catch((cause) => {
    throw new MailtrailError('LAKE_LOCATION_INVALID', `The lake ${root} is no folder and cannot be made one (${cause.code}).`, { cause })
  })
  return createFolderStore(root)
}

function noFolder(location: string): MailtrailError {
  return new MailtrailError(
    'LAKE_LOCATION_INVALID',
    `"${location}" names no folder: write file: and a folder, such as file:/var/lib/mailtrail.`,
  )
}
