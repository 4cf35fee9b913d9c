import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { readdir, readlink, rename, stat, symlink, unlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Abortable } from '@mailtrail/core'
import { codeOf, inFolder, syncFolders, undefinedIfMissing } from './folder-store-files.ts'

export interface FileReplacement extends Abortable {
  readonly path: string
  /** The synced new file, in the folder of unfinished writes; gone afterwards if it was put in place. */
  readonly staged: string
  /** Of the file that is replaced; see {@link etagOf}. */
  readonly etag: string
  /** Where the writers of this one path take turns. */
  readonly turns: string
}

/** How long one waits for another writer before taking its turn away. Too short costs a repetition and nothing else. */
const patienceMs = 5_000

/**
 * Puts `staged` in the place of `path` if what lies there is still of `etag`, whatever other processes do, and whenever one of them dies.
 *
 * Writers take turns by number. A turn is a symbolic link to the file its writer wants to put in place, and is over once that file is gone:
 * moved into place, given up, or taken away by one who lost patience. So a writer that was only slow cannot put anything in place later.
 *
 * @returns `taken` when this writer was too slow and lost its turn; nothing happened then
 */
export async function replaceFile(replacement: FileReplacement): Promise<'replaced' | 'changed' | 'taken'> {
  const { path, staged, etag } = replacement
  await takeTurn(replacement)
  const current = await stat(path, { bigint: true }).catch(undefinedIfMissing)
  if (current === undefined || etagOf(current) !== etag) return 'changed'
  try {
    await rename(staged, path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'taken'
    throw error
  }
  await syncFolders(dirname(path))
  return 'replaced'
}

/** A file that took another's place is another inode, or of another time. */
export function etagOf({ ino, mtimeNs, size }: Pick<BigIntStats, 'ino' | 'mtimeNs' | 'size'>): string {
  return `${ino.toString(36)}-${mtimeNs.toString(36)}-${size.toString(36)}`
}

/** A file name for the turns of one key. */
export function turnsName(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

async function takeTurn({ turns, staged, signal }: FileReplacement): Promise<void> {
  for (;;) {
    const last = Math.max(0, ...(await turnsIn(turns)))
    await ended(join(turns, String(last)), signal)
    const own = join(turns, String(last + 1))
    // Relative, for the lake may be mounted elsewhere in the next container.
    const isTaken = await inFolder(turns, () => symlink(relative(turns, staged), own)).then(() => false, trueIfExists)
    if (isTaken) continue
    const [newest = 0, ...older] = (await turnsIn(turns)).sort((a, b) => b - a)
    if (newest === last + 1) return forget(turns, older)
    // The number had been used and forgotten while we looked. The newest turn is never forgotten, so this is always seen.
    await forget(turns, [last + 1])
  }
}

async function turnsIn(turns: string): Promise<number[]> {
  return ((await readdir(turns).catch(undefinedIfMissing)) ?? []).map(Number)
}

async function forget(turns: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await unlink(join(turns, String(number))).catch(undefinedIfMissing)
}

async function ended(turn: string, signal: AbortSignal | undefined): Promise<void> {
  const patientUntil = performance.now() + patienceMs
  while (await stat(turn).catch(undefinedIfMissing)) {
    if (performance.now() < patientUntil) await delay(2 + 8 * Math.random(), undefined, { signal })
    else await takeAway(turn)
  }
}

async function takeAway(turn: string): Promise<void> {
  const staged = await readlink(turn).catch(undefinedIfMissing)
  if (staged !== undefined) await unlink(resolve(dirname(turn), staged)).catch(undefinedIfMissing)
}

function trueIfExists(error: unknown): true {
  if (codeOf(error) === 'EEXIST') return true
  throw error
}
