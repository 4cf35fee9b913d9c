import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Abortable, eachConcurrently, MailtrailError } from '@mailtrail/core'
import { type ObjectStore, packingOf, unpackObject } from '@mailtrail/lake'

/** Local copies of lake objects: where they lie, and the longest line among them. */
export interface FetchedObjects {
  readonly folder: string
  readonly objects: number
  readonly longestLineBytes: number
}

/** Objects are small and a lake may be far away, so a few are on the way at once. */
const concurrency = 8

/**
 * Copies the NDJSON objects under `prefixes` into `folder`, unpacked. Unpacking here checks each object's length and checksum: a cut one
 * is an error, never fewer records.
 *
 * @throws {@link MailtrailError} `EVIDENCE_UNREADABLE` naming the object
 */
export async function fetchObjects(
  lake: ObjectStore,
  prefixes: readonly string[],
  folder: string,
  { signal }: Abortable = {},
): Promise<FetchedObjects> {
  let objects = 0
  let longestLineBytes = 0
  await mkdir(folder, { recursive: true })
  await eachConcurrently(objectKeys(lake, prefixes, signal), { limit: concurrency, signal }, async (key, either) => {
    objects += 1
    const bytes = await fetchObject(lake, key, join(folder, `${objects}.ndjson`), either)
    longestLineBytes = Math.max(longestLineBytes, bytes)
  })
  return { folder, objects, longestLineBytes }
}

async function* objectKeys(lake: ObjectStore, prefixes: readonly string[], signal: AbortSignal | undefined): AsyncGenerator<string> {
  for (const prefix of prefixes) {
    for await (const key of lake.list(prefix, { signal })) if (packingOf(key) !== undefined) yield key
  }
}

async function fetchObject(lake: ObjectStore, key: string, path: string, signal: AbortSignal): Promise<number> {
  const lines = measureLines()
  try {
    await pipeline(unpackObject(lake, key, { signal }), lines.through, createWriteStream(path), { signal })
  } catch (error) {
    if (signal.aborted || error instanceof MailtrailError) throw error
    throw new MailtrailError(
      'EVIDENCE_UNREADABLE',
      `The object ${key} in the lake at ${lake.place} cannot be read whole: verify the lake, then ask again.`,
      { cause: error },
    )
  }
  return lines.longest()
}

function measureLines(): { through(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>; longest(): number } {
  let longest = 0
  let current = 0
  return {
    async *through(chunks) {
      for await (const chunk of chunks) {
        let from = 0
        for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
          longest = Math.max(longest, current + at - from)
          current = 0
          from = at + 1
        }
        current += chunk.length - from
        yield withoutReaderMarks(chunk)
      }
    },
    longest: () => Math.max(longest, current),
  }
}

/**
 * The reader takes a carriage return for a line end and U+0001 for the end of a column. In JSON the first stands between tokens only,
 * where a space means the same, and the second nowhere.
 */
function withoutReaderMarks(chunk: Uint8Array): Uint8Array {
  for (const mark of [0x0d, 0x01]) {
    for (let at = chunk.indexOf(mark); at !== -1; at = chunk.indexOf(mark, at + 1)) chunk[at] = 0x20
  }
  return chunk
}
