import { mergeContents, type TenantId } from '@mailtrail/core'
import { addLetterEvent, contentHash, type DeadWork, letterState, type ObjectStore, readEntryGroup, writeRepair } from '@mailtrail/lake'
import type { FoundLetter } from './found-letter.ts'

export interface Drop {
  /** UTC milliseconds. */
  readonly at: number
  readonly by: string
  readonly reason: string
}

/**
 * Gives up the work of a letter for good, and says who did and why. A content becomes a gap in the ledger that nothing closes; done again, it does what is
 * missing of that.
 */
export async function dropLetter({ letter, place, state, lake }: FoundLetter, { at, by, reason }: Drop): Promise<'dropped' | 'resolved'> {
  if (state === 'resolved') return 'resolved'
  await addLetterEvent(lake, place, (events) => (letterState(events) === 'dropped' ? undefined : { event: 'dropped', at, by, reason }))
  if (letter.tenantId !== null && letter.work.stage === 'contents') await enterDrop(lake, letter.tenantId, letter.work, at)
  return 'dropped'
}

/** A content that was stored a moment ago stays stored: the best outcome counts. */
async function enterDrop(
  lake: ObjectStore,
  tenantId: TenantId,
  { contentType, start, end, contentHash: hash }: Extract<DeadWork, { stage: 'contents' }>,
  writtenAt: number,
): Promise<void> {
  const group = await readEntryGroup(lake, tenantId, { contentType, start, end })
  const [first] = group
  const content = [...mergeContents(group).values()].find(({ id }) => contentHash(id) === hash)
  if (!first || !content) return
  const { operations, selectorVersion } = first
  const contents = [{ ...content, outcome: 'dropped' as const }]
  await writeRepair(lake, { tenantId, contentType, start, end, writtenAt, operations, selectorVersion, contents })
}
