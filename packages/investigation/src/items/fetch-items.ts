import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Abortable, MailtrailError } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'

/**
 * Copies the items object as it is now to the path that `pathOf` gives its version, unless that gives none, for the copy is there.
 *
 * @returns the version, or undefined when there are no items
 * @throws {@link MailtrailError} `LAKE_OBJECT_CHANGED` when it was replaced twice meanwhile
 */
export async function fetchItems(
  lake: ObjectStore,
  key: string,
  pathOf: (etag: string) => string | undefined | Promise<string | undefined>,
  options: Abortable = {},
): Promise<string | undefined> {
  for (let triesLeft = 1; ; triesLeft -= 1) {
    const etag = (await lake.stat(key, options))?.etag
    if (etag === undefined) return undefined
    try {
      const path = await pathOf(etag)
      const { signal } = options
      if (path !== undefined) {
        await pipeline(Readable.from(lake.stream(key, { etag, ...options })), createWriteStream(path, { mode: 0o600 }), {
          ...(signal && { signal }),
        })
      }
      return etag
    } catch (error) {
      const code = error instanceof MailtrailError ? error.code : undefined
      if (code === 'LAKE_OBJECT_MISSING') return undefined
      if (code !== 'LAKE_OBJECT_CHANGED' || triesLeft === 0) throw error
    }
  }
}
