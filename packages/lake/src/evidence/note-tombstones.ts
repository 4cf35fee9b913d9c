import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import { dateOf, tombstonePrefix } from '../layout.ts'
import type { ObjectStore } from '../object-store.ts'
import { type RetiredObject, readTombstone, salvageTombstone } from '../tombstones.ts'
import type { FindingLog } from './finding.ts'
import type { ObjectBook } from './object-book.ts'

export interface NoteOptions extends Abortable {
  readonly log: FindingLog
  readonly book: ObjectBook
}

/** Notes what tombstones name. @returns how many there are, and when the last was written */
export async function noteTombstones(
  lake: ObjectStore,
  tenantId: TenantId,
  { log, book, signal }: NoteOptions,
): Promise<{ count: number; lastDate: string }> {
  let [count, lastDate] = [0, '']
  for await (const key of lake.list(tombstonePrefix(tenantId), { signal })) {
    count += 1
    lastDate = dateOf(key) ?? lastDate
    for (const { key: object, sha256 } of await retiredBy(lake, key, log, { signal })) await book.retired(object, sha256)
  }
  return { count, lastDate }
}

/** What a tombstone names; of one that was altered, what can still be read, so that it alone is named. */
export async function retiredBy(lake: ObjectStore, key: string, log: FindingLog, options: Abortable): Promise<readonly RetiredObject[]> {
  try {
    return (await readTombstone(lake, key, options)).objects
  } catch (error) {
    if (!(error instanceof MailtrailError && error.code === 'TOMBSTONE_INVALID')) throw error
    const meaning = 'A tombstone proves what was removed, and why. Restore it from a copy of the lake.'
    log.add({ what: 'altered', key, namedBy: 'the digest in its name', meaning })
    const bytes = (await lake.read(key, options)) ?? new Uint8Array()
    // What it says of their bytes is not believed.
    return salvageTombstone(bytes).map(({ key: object }) => ({ key: object, sha256: null }))
  }
}
