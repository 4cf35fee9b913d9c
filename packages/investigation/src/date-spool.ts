import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** The lines of one UTC date, packed into a local file; `sha256` is of the lines, unpacked. */
interface SpooledDate {
  readonly date: string
  readonly sha256: string
  readonly path: string
}

/** Sorts lines into a file a date, holding no more than `maxHeldBytes` of them in memory. */
export interface DateSpool {
  add(date: string, line: Uint8Array): Promise<void>
  /** Packs each date in turn; its file is there until the next one is asked for. */
  finish(): AsyncGenerator<SpooledDate>
}

interface HeldDate {
  readonly hash: Hash
  readonly path: string
  held: Uint8Array[]
}

const lineEnd = Uint8Array.of(0x0a)

export function createDateSpool(folder: string, maxHeldBytes: number = 8 * 1024 * 1024): DateSpool {
  const dates = new Map<string, HeldDate>()
  let heldBytes = 0

  async function flush(): Promise<void> {
    for (const entry of dates.values()) {
      if (entry.held.length > 0) await appendFile(entry.path, Buffer.concat(entry.held))
      entry.held = []
    }
    heldBytes = 0
  }

  return {
    async add(date, line) {
      const entry = dates.get(date) ?? { hash: createHash('sha256'), path: join(folder, date), held: [] }
      dates.set(date, entry)
      entry.hash.update(line).update(lineEnd)
      entry.held.push(line, lineEnd)
      heldBytes += line.length + 1
      if (heldBytes > maxHeldBytes) await flush()
    },
    async *finish() {
      await flush()
      for (const [date, { hash, path }] of dates) {
        await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`))
        yield { date, sha256: hash.digest('hex'), path: `${path}.gz` }
      }
    },
  }
}
