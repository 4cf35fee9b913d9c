import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Abortable } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { fetchItems } from './fetch-items.ts'
import { isSealIntact } from './seal-items.ts'

/** Copies of items files on this machine, each under its version: what was copied once is not copied again. */
export interface ItemsCache extends AsyncDisposable {
  /**
   * The local copy of the items object as it is now; `damaged` when it is not as it was written, and undefined when there is none. It stays
   * until the cache is disposed of, whatever others take away.
   */
  open(lake: ObjectStore, key: string, options?: Abortable): Promise<string | 'damaged' | undefined>
}

/** Beyond this, what was not used for longest is taken away. */
const maxBytes = 8 * 1024 ** 3

/**
 * @param folder - the cache, which other processes may share
 */
export async function openItemsCache(folder: string = defaultFolder()): Promise<ItemsCache> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const own = await mkdtemp(join(folder, 'open-'))
  let hasNew = false

  const openVersion = async (lake: ObjectStore, key: string, options?: Abortable): Promise<string | 'damaged' | undefined> => {
    const opened = join(own, `${randomUUID()}.parquet`)
    const fresh = join(own, `${randomUUID()}.part`)
    let isKnown = false
    const etag = await fetchItems(
      lake,
      key,
      async (version) => {
        isKnown = await linkUsed(join(folder, nameOf(lake, key, version)), opened)
        return isKnown ? undefined : fresh
      },
      options,
    )
    if (etag === undefined || isKnown) return etag && opened
    if (!(await isSealIntact(fresh))) return 'damaged'
    await rename(fresh, opened)
    await link(opened, join(folder, nameOf(lake, key, etag))).catch(() => {})
    hasNew = true
    return opened
  }

  return {
    open: openVersion,
    [Symbol.asyncDispose]: async () => {
      await rm(own, { recursive: true, force: true })
      if (hasNew) await trim(folder)
    },
  }
}

function defaultFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mailtrail', 'items')
}

function nameOf(lake: ObjectStore, key: string, etag: string): string {
  return `${createHash('sha256').update(`${lake.place}\n${key}\n${etag}`).digest('hex')}.parquet`
}

/** A link keeps the file while it is read, even if another process takes it out of the cache. */
async function linkUsed(cached: string, opened: string): Promise<boolean> {
  try {
    await link(cached, opened)
    await utimes(opened, new Date(), new Date())
    return true
  } catch {
    return false
  }
}

async function trim(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.parquet'))
  const files = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size, mtimeMs }) => ({ name, size, mtimeMs }),
        () => [],
      ),
    ),
  )
  let bytes = 0
  for (const { name, size } of files.flat().sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    bytes += size
    if (bytes > maxBytes) await rm(join(folder, name), { force: true })
  }
}
