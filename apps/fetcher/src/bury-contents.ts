import { type EntryContent, failureOf, isOwnFault, type LedgerEntry } from '@mailtrail/core'
import { buryWork, contentHash, type EndedJobs, type ObjectStore, usualPatience } from '@mailtrail/lake'
import type { Receipts } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'

export interface FailedContent {
  readonly content: EntryContent
  readonly error: unknown
}

export interface BuryDeps {
  readonly clock: Clock
  readonly receipts: Receipts
  readonly endedJobs: EndedJobs
}

interface EndedTurn {
  readonly lake: ObjectStore
  readonly entry: LedgerEntry
  readonly entryKey: string
  readonly attempt: number
}

/**
 * Of the contents that a turn which is over could not store, gives up those that fail every time by their own fault, and reports them `dead`, so that the
 * window's seal or a repair says so.
 *
 * @returns the others
 */
export async function buryContents(
  { clock, receipts, endedJobs }: BuryDeps,
  { lake, entry, entryKey, attempt }: EndedTurn,
  failures: readonly FailedContent[],
): Promise<FailedContent[]> {
  const { tenantId, contentType, start, end } = entry
  const left: FailedContent[] = []
  for (const { content, error } of failures) {
    const work = { stage: 'contents', contentHash: contentHash(content.id), contentType, start, end, entryKey } as const
    const failed = { tenantId, work, expires: content.expiration, failure: failureOf(error, clock.now()), attempts: attempt }
    const isDead = isOwnFault(error) && (await buryWork(lake, endedJobs, { ...failed, patience: usualPatience }))
    if (isDead) await receipts.add(tenantId, entry, deadReceipt(content.id))
    else left.push({ content, error })
  }
  return left
}

function deadReceipt(id: string): Parameters<Receipts['add']>[2] {
  return { id, outcome: 'dead', recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
}
