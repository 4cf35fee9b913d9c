import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ObjectBody } from './object-store.ts'

/** Does `task`, making its folder only when it turns out to be missing. @returns the first folder made, if any */
export async function inFolder(folder: string, task: () => Promise<void>): Promise<string | undefined> {
  try {
    await task()
    return undefined
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    const firstNew = await mkdir(folder, { recursive: true })
    await task()
    return firstNew
  }
}

export async function writeSynced(path: string, body: ObjectBody): Promise<void> {
  if (!(body instanceof Uint8Array)) {
    await pipeline(createReadStream(body.path), createWriteStream(path, { flags: 'wx', flush: true }))
    return
  }
  await using file = await open(path, 'wx')
  await file.writeFile(body)
  await file.sync()
}

/** A name survives a power cut only when each folder on the way to it has been synced, up to the first that was there before. */
export async function syncFolders(lowest: string, highest: string = lowest): Promise<void> {
  for (let folder = lowest; folder.length >= highest.length; folder = dirname(folder)) {
    await using handle = await open(folder, 'r')
    await handle.sync()
    if (folder === dirname(folder)) return
  }
}

/** A folder on the way is as good as nothing: it is not an object. */
export function undefinedIfMissing(error: unknown): undefined {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
  throw error
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
