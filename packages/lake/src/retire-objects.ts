import { createHash } from 'node:crypto'
import { type Abortable, eachConcurrently, MailtrailError, mapConcurrently } from '@mailtrail/core'
import type { ObjectStore } from './object-store.ts'
import { maxTombstoneObjects, type RetiredObject, type TombstoneCause, writeTombstone } from './tombstones.ts'

export interface RetireOptions extends Abortable {
  /** Why they go; its `at` is when each tombstone is written. */
  readonly cause: () => TombstoneCause
  /** Asked of every few thousand keys: those that may go. */
  readonly choose?: (keys: readonly string[]) => Promise<readonly string[]>
  /** Asked right before each tombstone; ends the removal by throwing. */
  readonly permit: () => Promise<void>
  /** Called as an object is gone or found locked. */
  readonly onObject?: () => void
}

/** What became of the objects that were to go. */
export interface RetireResult {
  readonly removed: number
  /** Of what was removed. */
  readonly bytes: number
  /** Kept by a lock of the store. */
  readonly locked: number
  /** Until when at the latest, UTC milliseconds; undefined where the store does not say. */
  readonly lockedUntil: number | undefined
}

/** On the way at a time: enough to hide a store's latency. */
const [readsAtOnce, removalsAtOnce] = [8, 16]

/**
 * Removes objects: reads each for its digest, writes a tombstone that names them, and only then removes them, a few thousand at a time. Ended at any
 * point, it leaves nothing removed without a tombstone, and the next time does the rest. A locked object is no error.
 *
 * @param keys - in any order, and read as they go
 */
export async function retireObjects(lake: ObjectStore, keys: AsyncIterable<string>, options: RetireOptions): Promise<RetireResult> {
  const tally = { removed: 0, bytes: 0, locked: 0, lockedUntil: undefined as number | undefined }
  for await (const few of inChunks(keys, maxTombstoneObjects)) {
    const chosen = options.choose ? await options.choose(few) : few
    const found = await mapConcurrently(chosen, { limit: readsAtOnce, ...options }, (key, signal) => measure(lake, key, { signal }))
    const present = found.flat()
    if (present.length === 0) continue
    await options.permit()
    await writeTombstone(lake, options.cause(), present, options)
    await eachConcurrently(present, { limit: removalsAtOnce, ...options }, async ({ key, bytes }, signal) => {
      const removal = await lake.remove(key, { signal })
      if (removal.outcome === 'locked') {
        tally.locked += 1
        if (removal.until !== undefined) tally.lockedUntil = Math.max(tally.lockedUntil ?? removal.until, removal.until)
      } else {
        tally.removed += 1
        tally.bytes += bytes
      }
      options.onObject?.()
    })
  }
  return tally
}

async function* inChunks<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let chunk: Item[] = []
  for await (const item of items) {
    chunk.push(item)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

/** Digest and size of an object; nothing of one that somebody else removed meanwhile. */
async function measure(lake: ObjectStore, key: string, options: Abortable): Promise<(RetiredObject & { readonly bytes: number })[]> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of lake.stream(key, options)) {
      hash.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    if (error instanceof MailtrailError && error.code === 'LAKE_OBJECT_MISSING') return []
    throw error
  }
  return [{ key, sha256: hash.digest('hex'), bytes }]
}
