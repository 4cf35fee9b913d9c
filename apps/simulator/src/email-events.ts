import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EmailEventFile } from './world.ts'

/** Writes an export as Defender's Streaming API lays it out in a storage account; the folder exists afterwards even if it is empty. */
export async function writeEmailEvents(dir: string, files: readonly EmailEventFile[]): Promise<void> {
  await mkdir(dir, { recursive: true })
  for (const { path, text } of files) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
}
