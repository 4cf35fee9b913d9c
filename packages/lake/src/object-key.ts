import { MailtrailError } from '@mailtrail/core'

/** Unfinished writes of a folder lake live here until they are linked to their key; no kind of lake has a key in it. */
export const stagingFolder = '.staging'

/** @throws {@link MailtrailError} `LAKE_KEY_INVALID` when `key` could mean another place than it says, in any kind of lake */
export function requireKey(key: string): void {
  const parts = key.split('/')
  const isOdd = (part: string): boolean => part === '' || part === '.' || part === '..' || part.includes('\0') || part.includes('\\')
  if (!parts.some(isOdd) && parts[0] !== stagingFolder) return
  throw new MailtrailError(
    'LAKE_KEY_INVALID',
    `"${key}" is not a key of the lake: empty, "." and ".." parts, backslashes and ${stagingFolder} are refused.`,
  )
}
