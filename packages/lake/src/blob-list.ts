import type { BlobItem, BlobPrefix } from '@azure/storage-blob'
import type { Abortable } from '@mailtrail/core'
import type { BlobContainer } from './blob-container.ts'
import { lakeFailure } from './lake-failure.ts'
import { walkFolders } from './walk-folders.ts'

/**
 * The keys that begin with `prefix`, in code-unit order, a page of at most 5,000 in memory at a time.
 *
 * An account with a hierarchical namespace lists a folder before what is in it, and sorts folder by folder: `a`, `a/b`, `a.json`, where
 * others give `a.json`, `a/b`. So from the first folder that shows up, folders are walked one by one.
 */
export async function* listBlobs(container: BlobContainer, prefix: string, options?: Abortable): AsyncGenerator<string> {
  const { prefix: base } = container
  let last = ''
  for await (const { blobItems } of requestPages(container, 'flat', base + prefix, options)) {
    for (const blob of blobItems) {
      if (isFolder(blob)) {
        yield* walkFrom(last, container, prefix, options)
        return
      }
      last = blob.name.slice(base.length)
      yield last
    }
  }
}

/** Hierarchical accounts, and tools of Hadoop on others, show a folder as an empty blob that is marked so. */
export function isFolder({ metadata }: Pick<BlobItem, 'metadata'>): boolean {
  return metadata?.hdi_isfolder === 'true'
}

async function* walkFrom(last: string, container: BlobContainer, prefix: string, options?: Abortable): AsyncGenerator<string> {
  const list = (folder: string): AsyncIterable<string> => listFolder(container, folder, options)
  for await (const key of walkFolders(list, prefix)) if (key > last) yield key
}

/** What is directly in a folder, its own folders with a slash at their end; in the order of the names without it. */
async function* listFolder(container: BlobContainer, folder: string, options?: Abortable): AsyncGenerator<string> {
  const { prefix: base } = container
  for await (const { blobItems, blobPrefixes = [] } of requestPages(container, 'hierarchy', base + folder, options)) {
    const names = [...blobItems.filter((blob) => !isFolder(blob)), ...blobPrefixes].map(({ name }) => name.slice(base.length))
    yield* names.sort((a, b) => (bare(a) < bare(b) ? -1 : 1))
  }
}

function bare(name: string): string {
  return name.replace(/\/$/, '')
}

interface Segment {
  readonly blobItems: readonly BlobItem[]
  readonly blobPrefixes?: readonly BlobPrefix[]
}

/** @yields page by page; what does not say whether more follows would be taken for the whole */
async function* requestPages(
  { client, place, ask }: BlobContainer,
  kind: 'flat' | 'hierarchy',
  prefix: string,
  options?: Abortable,
): AsyncGenerator<Segment> {
  for (let continuationToken: string | undefined; continuationToken !== ''; ) {
    const page = continuationToken === undefined ? {} : { continuationToken }
    const { value } = await ask((http) => {
      const query = { prefix, includeMetadata: true, ...http }
      return (kind === 'flat' ? client.listBlobsFlat(query) : client.listBlobsByHierarchy('/', query)).byPage(page).next()
    }, options)
    if (value?.continuationToken === undefined) throw lakeFailure('unavailable', place, 'no whole answer to a listing')
    yield value.segment
    continuationToken = value.continuationToken
  }
}
