import { buffer } from 'node:stream/consumers'
import { type Abortable, MailtrailError } from '@mailtrail/core'
import { type BlobContainer, type BlobContainerOptions, createBlobContainer } from './blob-container.ts'
import { headBlob } from './blob-head.ts'
import { listBlobs } from './blob-list.ts'
import { openBlob } from './blob-object.ts'
import { removeBlob } from './blob-remove.ts'
import { createBlob, replaceBlob } from './blob-write.ts'
import { requireReplaceable } from './layout.ts'
import { requireKey } from './object-key.ts'
import type { ObjectStat, ObjectStore, ObjectVersion, StreamOptions } from './object-store.ts'

/** A lake in a container of Azure Blob Storage, or below a prefix of one. */
export function createBlobStore(options: BlobContainerOptions): ObjectStore {
  const container = createBlobContainer(options)
  return {
    place: container.place,
    create: async (key, body, abortable) => createBlob(container, requireKey(key), body, abortable),
    read: async (key, abortable) => (await readVersion(container, requireKey(key), abortable))?.bytes,
    stream: (key, streamOptions) => streamObject(container, key, streamOptions),
    readVersion: async (key, abortable) => readVersion(container, requireKey(key), abortable),
    replace: async (key, body, etag, abortable) => {
      requireReplaceable(requireKey(key))
      return replaceBlob(container, key, body, etag, abortable)
    },
    stat: async (key, abortable) => statObject(container, requireKey(key), abortable),
    remove: async (key, abortable) => removeBlob(container, requireKey(key), abortable),
    list: (prefix, abortable) => listBlobs(container, prefix, abortable),
    [Symbol.asyncDispose]: async () => {},
  }
}

async function statObject(container: BlobContainer, key: string, options?: Abortable): Promise<ObjectStat | undefined> {
  const { contentLength: size, etag } = (await headBlob(container, key, options)) ?? {}
  return size === undefined || etag === undefined ? undefined : { size, etag }
}

async function readVersion(container: BlobContainer, key: string, options?: Abortable): Promise<ObjectVersion | undefined> {
  const opened = await openBlob(container, key, options)
  return opened && { bytes: await buffer(opened.chunks), etag: opened.etag }
}

async function* streamObject(container: BlobContainer, key: string, options?: StreamOptions): AsyncGenerator<Uint8Array> {
  const opened = await openBlob(container, requireKey(key), options)
  if (!opened) throw new MailtrailError('LAKE_OBJECT_MISSING', `The lake at ${container.place} has no object ${key}.`)
  yield* opened.chunks
}
