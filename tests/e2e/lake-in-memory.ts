import { readFile } from 'node:fs/promises'
import { MailtrailError } from '@mailtrail/core'
import type { ObjectBody, ObjectStore } from '@mailtrail/lake'

/** A lake that is gone when the process is, for histories of which thousands are played. */
export function lakeInMemory(): ObjectStore {
  const objects = new Map<string, { readonly bytes: Uint8Array; readonly etag: string }>()
  let keys: string[] = []
  let isSorted = true
  let writes = 0

  const put = async (key: string, body: ObjectBody): Promise<void> => {
    const bytes = body instanceof Uint8Array ? body : await readFile(body.path)
    if (!objects.has(key)) {
      isSorted &&= (keys.at(-1) ?? '') < key
      keys.push(key)
    }
    writes += 1
    objects.set(key, { bytes, etag: String(writes) })
  }

  return {
    place: 'memory',
    create: async (key, body) => {
      if (objects.has(key)) return 'exists'
      await put(key, body)
      return 'created'
    },
    read: async (key) => objects.get(key)?.bytes,
    readVersion: async (key) => objects.get(key),
    replace: async (key, body, etag) => {
      if (objects.get(key)?.etag !== etag) return 'changed'
      await put(key, body)
      return 'replaced'
    },
    stat: async (key) => {
      const found = objects.get(key)
      return found && { size: found.bytes.length, etag: found.etag }
    },
    stream: async function* (key) {
      const found = objects.get(key)
      if (!found) throw new MailtrailError('LAKE_OBJECT_MISSING', `There is no object ${key}.`)
      yield found.bytes
    },
    remove: async (key) => {
      keys = keys.filter((known) => known !== key)
      return { outcome: objects.delete(key) ? 'removed' : 'missing' }
    },
    list: async function* (prefix) {
      if (!isSorted) keys.sort((a, b) => (a < b ? -1 : 1))
      isSorted = true
      yield* keys.slice(firstFrom(keys, prefix), firstFrom(keys, `${prefix}\uffff`))
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function firstFrom(sorted: readonly string[], prefix: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((sorted[middle] ?? '') < prefix) low = middle + 1
    else high = middle
  }
  return low
}
