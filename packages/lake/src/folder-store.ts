import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Abortable, MailtrailError } from '@mailtrail/core'
import { codeOf, inFolder, syncFolders, undefinedIfMissing, writeSynced } from './folder-store-files.ts'
import { etagOf, replaceFile } from './folder-store-replace.ts'
import { isReplaceable } from './layout.ts'
import type { ObjectBody, ObjectStore } from './object-store.ts'

/** Unfinished writes live here until they are linked to their key; no listing shows them. */
const stagingFolder = '.staging'

/** A lake in a local folder: written aside, synced, and given its name by link(2), which fails when the name is taken. */
export function createFolderStore(root: string): ObjectStore {
  return {
    place: root,
    create: (key, body) => createObject(root, key, body),
    read: async (key) => readFile(pathOf(root, key)).catch(undefinedIfMissing),
    stream: (key, { signal } = {}) => streamObject(root, key, signal),
    has: async (key) => isObject(pathOf(root, key)),
    readVersion: async (key) => {
      const bytes = await readFile(pathOf(root, key)).catch(undefinedIfMissing)
      return bytes && { bytes, etag: etagOf(bytes) }
    },
    replace: (key, body, etag, options) => replaceObject(root, key, body, etag, options),
    list: (prefix) => listKeys(root, prefix.slice(0, Math.max(0, prefix.lastIndexOf('/'))), prefix),
    [Symbol.asyncDispose]: async () => {},
  }
}

function pathOf(root: string, key: string): string {
  const parts = key.split('/')
  const isOdd = (part: string): boolean => part === '' || part === '.' || part === '..' || part.includes('\0') || part.includes('\\')
  if (parts.some(isOdd) || parts[0] === stagingFolder) {
    throw new MailtrailError(
      'LAKE_KEY_INVALID',
      `"${key}" is not a key of the lake: empty, "." and ".." parts, backslashes and ${stagingFolder} are refused.`,
    )
  }
  return join(root, ...parts)
}

async function isObject(path: string): Promise<boolean> {
  return (await stat(path).catch(undefinedIfMissing))?.isFile() ?? false
}

async function createObject(root: string, key: string, body: ObjectBody): Promise<'created' | 'exists'> {
  const path = pathOf(root, key)
  const staged = join(root, stagingFolder, randomUUID())
  try {
    await inFolder(dirname(staged), () => writeSynced(staged, body))
    const firstNew = await inFolder(dirname(path), () => link(staged, path))
    await syncFolders(dirname(path), dirname(firstNew ?? path))
    return 'created'
  } catch (error) {
    // A folder in the place of the object, or an object in the place of a folder, is no such object.
    if (codeOf(error) === 'EEXIST' && (await isObject(path))) return 'exists'
    throw unwritable(root, error)
  } finally {
    await unlink(staged).catch(undefinedIfMissing)
  }
}

async function replaceObject(
  root: string,
  key: string,
  body: Uint8Array,
  etag: string,
  options?: Abortable,
): Promise<'replaced' | 'changed'> {
  const path = pathOf(root, key)
  if (!isReplaceable(key)) {
    throw new MailtrailError('LAKE_KEY_INVALID', `"${key}" is written once and never replaced: only a tenant’s registration changes.`)
  }
  const staged = join(root, stagingFolder, randomUUID())
  const turns = join(root, stagingFolder, 'turns', etagOf(Buffer.from(key)))
  try {
    await inFolder(dirname(staged), () => writeSynced(staged, body))
    const result = await replaceFile({ path, staged, etag, turns, ...options })
    return result === 'taken' ? await replaceObject(root, key, body, etag, options) : result
  } catch (error) {
    throw unwritable(root, error)
  } finally {
    await unlink(staged).catch(undefinedIfMissing)
  }
}

async function* streamObject(root: string, key: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(pathOf(root, key), {
      highWaterMark: 256 * 1024,
      ...(signal && { signal }),
    })
  } catch (error) {
    undefinedIfMissing(error)
    throw new MailtrailError('LAKE_OBJECT_MISSING', `The lake at ${root} has no object ${key}.`, { cause: error })
  }
}

async function* listKeys(root: string, folder: string, prefix: string): AsyncGenerator<string> {
  const entries = await readdir(folder === '' ? root : pathOf(root, folder), { withFileTypes: true }).catch(undefinedIfMissing)
  const named = (entries ?? []).map((entry) => ({
    key: folder === '' ? entry.name : `${folder}/${entry.name}`,
    isFolder: entry.isDirectory(),
  }))
  const matching = named.filter(
    ({ key, isFolder }) => (isFolder ? matches(`${key}/`, prefix) : key.startsWith(prefix)) && key !== stagingFolder,
  )
  for (const { key, isFolder } of matching.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))) {
    if (isFolder) yield* listKeys(root, key, prefix)
    else yield key
  }
}

function matches(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder)
}

/** A folder sorts as its keys do, which go on with a slash. */
function sortKey({ key, isFolder }: { readonly key: string; readonly isFolder: boolean }): string {
  return isFolder ? `${key}/` : key
}

function unwritable(root: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EROFS' && code !== 'EACCES') return error
  return new MailtrailError(
    'LAKE_UNAVAILABLE',
    `The lake at ${root} cannot be written (${code}). Free space or mend its permissions; work goes on then.`,
    {
      cause: error,
      retry: { again: true, afterMs: 30_000 },
    },
  )
}
