import { isReplaceable } from './layout.ts'
import type { ObjectStore } from './object-store.ts'

export interface ReadCacheOptions {
  /** Keys that are worth keeping. */
  readonly prefix: string
  readonly maxBytes: number
}

/**
 * The same lake, keeping recently read small objects in memory. What is kept never changes and so stays true; what was not there, and what
 * may be replaced, is asked for again.
 */
export function withReadCache(lake: ObjectStore, { prefix, maxBytes }: ReadCacheOptions): ObjectStore {
  const kept = new Map<string, Uint8Array>()
  let bytes = 0

  const keep = (key: string, object: Uint8Array): void => {
    kept.set(key, object)
    bytes += object.length
    for (const [oldest, { length }] of kept) {
      if (bytes <= maxBytes) return
      kept.delete(oldest)
      bytes -= length
    }
  }

  return {
    ...lake,
    read: async (key, options) => {
      const known = kept.get(key)
      if (known) return known
      const object = await lake.read(key, options)
      if (object && key.startsWith(prefix) && !isReplaceable(key) && !kept.has(key)) keep(key, object)
      return object
    },
  }
}
