import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { DeliveredRecords } from './delivered-records.ts'

/** Takes the records of a file, or of all the files below a folder: `.ndjson` and `.json`, also `.gz`. */
export async function readDelivered(delivered: DeliveredRecords, path: string): Promise<void> {
  for (const file of await filesBelow(path)) {
    const bytes = await readFile(file)
    delivered.take((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'))
  }
}

async function filesBelow(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.(nd)?json(\.gz)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
