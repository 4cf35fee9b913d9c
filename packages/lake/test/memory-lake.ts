import { hash } from 'node:crypto'
import { MailtrailError } from '@mailtrail/core'
import type { ObjectStore } from '../src/object-store.ts'

/** A lake in memory, for tests that do very much with very little. */
export interface MemoryLake extends ObjectStore {
  readonly objects: Map<string, Uint8Array>
  /** Called before each change, which it prevents by throwing, and once more behind it. */
  onChange: (key: string) => void
}

export function memoryLake(objects: Iterable<readonly [string, Uint8Array]> = []): MemoryLake {
  const held = new Map(objects)
  const change = (key: string, apply: () => void): void => {
    lake.onChange(key)
    apply()
    lake.onChange(key)
  }
  const lake: MemoryLake = {
    place: 'memory',
    objects: held,
    onChange: () => {},
    create: async (key, body) => {
      if (held.has(key)) return 'exists'
      if (!(body instanceof Uint8Array)) throw new Error('Not in memory.')
      change(key, () => held.set(key, body))
      return 'created'
    },
    read: async (key) => held.get(key),
    stream: async function* (key) {
      const bytes = held.get(key)
      if (!bytes) throw new MailtrailError('LAKE_OBJECT_MISSING', `No ${key}.`)
      for (let from = 0; from < bytes.length; from += 100) yield bytes.subarray(from, from + 100)
    },
    readVersion: async (key) => {
      const bytes = held.get(key)
      return bytes && { bytes, etag: hash('sha256', bytes) }
    },
    replace: async () => 'changed',
    stat: async (key) => {
      const bytes = held.get(key)
      return bytes && { size: bytes.length, etag: hash('sha256', bytes) }
    },
    remove: async (key) => {
      if (!held.has(key)) return { outcome: 'missing' }
      change(key, () => held.delete(key))
      return { outcome: 'removed' }
    },
    list: async function* (prefix) {
      for (const key of [...held.keys()].filter((name) => name.startsWith(prefix)).sort()) yield key
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return lake
}
