import { createReadStream } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { splitLines } from './split-lines.ts'

/** A kept line with its line end, and what its record adds to the digest of records. */
export interface EvidenceLine {
  readonly line: Uint8Array
  readonly record: string
}

/** Adds to a local file: of each the record as a JSON string, then the line. */
export async function appendToSpool(path: string, entries: readonly EvidenceLine[]): Promise<void> {
  await appendFile(path, Buffer.concat(entries.flatMap(({ line, record }) => [Buffer.from(`${JSON.stringify(record)}\n`), line])))
}

/** What was added, in the order of adding. */
export async function* readSpool(path: string): AsyncGenerator<EvidenceLine> {
  let record: string | undefined
  for await (const line of splitLines(createReadStream(path, { highWaterMark: 256 * 1024 }))) {
    if (record === undefined) record = String(JSON.parse(line.toString()))
    else {
      yield { line, record }
      record = undefined
    }
  }
}
