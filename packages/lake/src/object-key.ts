import { MailtrailError } from '@mailtrail/core'

/** Unfinished writes of a folder lake live here until they are linked to their key; no kind of lake has a key in it. */
export const stagingFolder = '.staging'

/**
 * Keys are of printable ASCII, so that one order holds in every store: some sort by UTF-8 bytes, others by UTF-16 code units.
 *
 * @throws {@link MailtrailError} `LAKE_KEY_INVALID` when `key` could mean another place than it says, in any kind of lake
 */
export function requireKey(key: string): string {
  const parts = key.split('/')
  const isOdd = (part: string): boolean => part === '' || part === '.' || part === '..' || /[^ -~]|\\/.test(part)
  if (!parts.some(isOdd) && parts[0] !== stagingFolder) return key
  throw new MailtrailError(
    'LAKE_KEY_INVALID',
    `"${key}" is not a key of the lake: empty, "." and ".." parts, backslashes, what is not ASCII and ${stagingFolder} are refused.`,
  )
}
