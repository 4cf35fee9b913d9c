import { randomUUID } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { link, open, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Abortable, MailtrailError } from '@mailtrail/core'
import { codeOf, inFolder, syncFolders, undefinedIfMissing, writeSynced } from './folder-store-files.ts'
import { etagOf, replaceFile, turnsName } from './folder-store-replace.ts'
import { requireReplaceable } from './layout.ts'
import { objectChanged } from './object-changed.ts'
import { requireKey, stagingFolder } from './object-key.ts'
import type { ObjectBody, ObjectStat, ObjectStore, ObjectVersion, Removal, StreamOptions } from './object-store.ts'

/** A lake in a local folder: written aside, synced, and given its name by link(2), which fails when the name is taken. */
export function createFolderStore(root: string): ObjectStore {
  return {
    place: root,
    create: (key, body) => createObject(root, key, body),
    read: async (key) => readFile(pathOf(root, key)).catch(undefinedIfMissing),
    stream: (key, options) => streamObject(root, key, options),
    stat: async (key) => statObject(pathOf(root, key)),
    readVersion: async (key) => readVersion(pathOf(root, key)),
    remove: (key) => removeObject(root, key),
    replace: (key, body, etag, options) => replaceObject(root, key, body, etag, options),
    list: (prefix) => listKeys(root, prefix.slice(0, Math.max(0, prefix.lastIndexOf('/'))), prefix),
    [Symbol.asyncDispose]: async () => {},
  }
}

function pathOf(root: string, key: string): string {
  requireKey(key)
  return join(root, ...key.split('/'))
}

async function statObject(path: string): Promise<ObjectStat | undefined> {
  const found = await stat(path, { bigint: true }).catch(undefinedIfMissing)
  return found?.isFile() ? { size: Number(found.size), etag: etagOf(found) } : undefined
}

/** Bytes and version of one file, whatever takes its place meanwhile. */
async function readVersion(path: string): Promise<ObjectVersion | undefined> {
  try {
    await using file = await open(path)
    const found = await file.stat({ bigint: true })
    return { bytes: await file.readFile(), etag: etagOf(found) }
  } catch (error) {
    return undefinedIfMissing(error)
  }
}

async function removeObject(root: string, key: string): Promise<Removal> {
  const path = pathOf(root, key)
  if (!(await statObject(path))) return { outcome: 'missing' }
  try {
    await unlink(path)
    await syncFolders(dirname(path))
    return { outcome: 'removed' }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { outcome: 'missing' }
    throw unwritable(root, error)
  }
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
    if (codeOf(error) === 'EEXIST' && (await statObject(path))) return 'exists'
    throw unwritable(root, error)
  } finally {
    await unlink(staged).catch(undefinedIfMissing)
  }
}

async function replaceObject(
  root: string,
  key: string,
  body: ObjectBody,
  etag: string,
  options?: Abortable,
): Promise<'replaced' | 'changed'> {
  const path = pathOf(root, key)
  requireReplaceable(key)
  const staged = join(root, stagingFolder, randomUUID())
  const turns = join(root, stagingFolder, 'turns', turnsName(key))
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

async function* streamObject(root: string, key: string, { signal, etag }: StreamOptions = {}): AsyncGenerator<Uint8Array> {
  try {
    await using file = await open(pathOf(root, key))
    const found = await file.stat({ bigint: true })
    if (etag !== undefined && etagOf(found) !== etag) throw objectChanged(root, key)
    // A buffer is made for each read, and most objects are small.
    const highWaterMark = Math.max(1, Math.min(Number(found.size), 256 * 1024))
    yield* file.createReadStream({ highWaterMark, autoClose: false, ...(signal && { signal }) })
  } catch (error) {
    undefinedIfMissing(error)
    throw new MailtrailError('LAKE_OBJECT_MISSING', `The lake at ${root} has no object ${key}.`, { cause: error })
  }
}

async function* listKeys(root: string, folder: string, prefix: string): AsyncGenerator<string> {
  const entries = await readdir(folder === '' ? root : pathOf(root, folder), { withFileTypes: true }).catch(undefinedIfMissing)
  const base = folder === '' ? '' : `${folder}/`
  const matching = (entries ?? []).filter(({ name }) => name.startsWith(prefix.slice(base.length)) && `${base}${name}` !== stagingFolder)
  for (const entry of matching.sort((a, b) => (sortName(a) < sortName(b) ? -1 : 1))) {
    if (entry.isDirectory()) yield* listKeys(root, `${base}${entry.name}`, prefix)
    else yield `${base}${entry.name}`
  }
}

/** A folder sorts as its keys do, which go on with a slash. */
function sortName(entry: Dirent): string {
  return entry.isDirectory() ? `${entry.name}/` : entry.name
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
