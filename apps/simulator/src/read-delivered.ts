import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { DeliveredRecords } from './delivered-records.ts'

/** Takes the records of a file, or of all the files below a folder: `.ndjson` and `.json`, also `.gz` and `.zst`. */
export async function readDelivered(delivered: DeliveredRecords, path: string): Promise<void> {
  for (const file of await filesBelow(path)) {
    const bytes = await readFile(file)
    delivered.take(unpack(file, bytes).toString('utf8'))
  }
}

function unpack(file: string, bytes: Buffer): Buffer {
  if (file.endsWith('.gz')) return gunzipSync(bytes)
  return file.endsWith('.zst') ? zstdDecompressSync(withoutSkippableFrame(bytes)) : bytes
}

/** A frame that readers pass over (RFC 8878, 3.1.2) may stand in front; Node.js would take it for all there is. */
function withoutSkippableFrame(bytes: Buffer): Buffer {
  const isSkippable = bytes.length >= 8 && bytes.readUInt32LE() === 0x18_4d_2a_50
  return isSkippable ? bytes.subarray(8 + bytes.readUInt32LE(4)) : bytes
}

async function filesBelow(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.(nd)?json(\.(gz|zst))?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
