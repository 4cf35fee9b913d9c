import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Abortable, eachConcurrently, MailtrailError } from '@mailtrail/core'
import { type ObjectStore, unpackObject } from '@mailtrail/lake'
import { objectName } from './object-name.ts'
import { splitLines } from './split-lines.ts'

/** Lines of some objects in one local file, each behind its object's name, its number there and its digest, all three ended by U+0001. */
export interface LineBatch {
  readonly path: string
  readonly longestLineBytes: number
}

export interface FetchOptions extends Abortable {
  /** Where the file lies while it is read. */
  readonly folder: string
  /** A batch takes no further object once it holds this much. */
  readonly maxBytes: number
  /** What is written beside a line; nothing by default. */
  readonly digest?: (line: string) => string
}

/** Objects are small and a lake may be far away, so a few are on the way at once. */
const concurrency = 8

/**
 * Copies NDJSON objects, unpacked, batch by batch; a batch is gone once the next is asked for. Unpacking here checks each object's length
 * and checksum: a cut one is an error, never fewer records.
 *
 * @throws {@link MailtrailError} `EVIDENCE_UNREADABLE` naming the object
 */
export async function* fetchLines(
  lake: ObjectStore,
  keys: Iterable<string> | AsyncIterable<string>,
  { folder, maxBytes, digest = () => '', signal }: FetchOptions,
): AsyncGenerator<LineBatch, void, undefined> {
  const path = join(folder, 'lines')
  const waiting = iterate(keys)
  for (let isDone = false; !isDone; ) {
    let [bytes, longestLineBytes] = [0, 0]
    const next = async function* (): AsyncGenerator<string> {
      while (bytes < maxBytes && !isDone) {
        const { value, done } = await waiting.next()
        isDone = done === true
        if (value !== undefined) yield value
      }
    }
    try {
      await using file = await openInTurn(path)
      await eachConcurrently(next(), { limit: concurrency, signal }, (key, either) =>
        readObject(lake, key, either, async (lines) => {
          const numbered = lines.map(
            ({ number, line }) => [`${objectName(key)}\x01${number}\x01${digest(line.toString())}\x01`, line] as const,
          )
          const chunk = Buffer.concat(numbered.flatMap(([head, line]) => [Buffer.from(head), line, lineEnd]))
          bytes += chunk.length
          longestLineBytes = lines.reduce((longest, { line }) => Math.max(longest, line.length), longestLineBytes)
          await file.append(chunk)
        }),
      )
      await file.flush()
      if (bytes > 0) yield { path, longestLineBytes }
    } finally {
      await rm(path, { force: true })
    }
  }
}

const lineEnd = Buffer.from('\n')

async function* iterate<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item, undefined, undefined> {
  yield* items
}

/** A file that takes chunks whole, one after the other, whoever brings them, and writes many small ones at once. */
async function openInTurn(path: string): Promise<AsyncDisposable & { append(chunk: Uint8Array): Promise<void>; flush(): Promise<void> }> {
  const file = await open(path, 'w')
  let last = Promise.resolve()
  const held: Uint8Array[] = []
  let heldBytes = 0
  const flush = (): Promise<void> => {
    const chunks = held.splice(0)
    heldBytes = 0
    last = last.then(() => file.appendFile(Buffer.concat(chunks)))
    return last
  }
  return {
    append: async (chunk) => {
      held.push(chunk)
      heldBytes += chunk.length
      if (heldBytes >= flushBytes) await flush()
    },
    flush,
    [Symbol.asyncDispose]: () => file.close(),
  }
}

const flushBytes = 1024 * 1024

interface NumberedLine {
  /** Counted from 1. */
  readonly number: number
  readonly line: Buffer
}

/** Hands over the lines of an object, as many at a time as come at once. */
async function readObject(
  lake: ObjectStore,
  key: string,
  signal: AbortSignal,
  take: (lines: readonly NumberedLine[]) => Promise<void>,
): Promise<void> {
  let number = 0
  try {
    for await (const lines of splitLines(unpackObject(lake, key, { signal }))) {
      await take(lines.map((line) => ({ number: ++number, line })).filter(({ line }) => line.length > 0))
    }
  } catch (error) {
    if (signal.aborted || error instanceof MailtrailError) throw error
    throw new MailtrailError(
      'EVIDENCE_UNREADABLE',
      `The object ${key} in the lake at ${lake.place} cannot be read whole: verify the lake, then ask again.`,
      { cause: error },
    )
  }
}
