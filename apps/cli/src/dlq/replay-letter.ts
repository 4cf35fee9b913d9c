import type { TenantId } from '@mailtrail/core'
import {
  addLetterEvent,
  contentHash,
  type DeadLetter,
  type DeadWork,
  letterState,
  type ObjectStore,
  readLedgerEntry,
} from '@mailtrail/lake'
import type { Turns, WorkQueues } from '@mailtrail/queues'
import type { FoundLetter } from './found-letter.ts'

/** What a replay did, or would do: `busy` when the queue takes no more of the tenant now, `impossible` when there is nothing to queue. */
export type ReplayOutcome = 'queued' | 'under way' | 'resolved' | 'dropped' | 'busy' | 'impossible'

export interface ReplayDeps {
  readonly queues: Pick<WorkQueues, 'list' | 'seal' | 'alert' | 'compact' | 'fold' | 'retain'>
  readonly turns: Pick<Turns, 'offer'>
  /** UTC milliseconds. */
  readonly now: number
  readonly by: string
}

/**
 * Queues the work of a letter again, under the rules of its stage, and notes that beside it. What is queued or runs already is not queued twice, so that a
 * second replay does no more than bring back what Redis lost.
 */
export async function replayLetter({ letter, place, state, lake }: FoundLetter, deps: ReplayDeps): Promise<ReplayOutcome> {
  const { now: at, by } = deps
  if (state === 'dropped') return 'dropped'
  if (letter.tenantId === null) return 'impossible'
  if (state === 'resolved') {
    await addLetterEvent(lake, place, (events) => (isClosed(events) ? undefined : { event: 'resolved', at, by }))
    return 'resolved'
  }
  const isQueued = await queueAgain(lake, letter.tenantId, letter, deps)
  if (!isQueued && letter.work.stage !== 'compactions') return 'impossible'
  // The tenant's one place is taken: by the replay before this one, or by other work of it.
  if (!isQueued) return state === 'replayed' ? 'under way' : 'busy'
  await addLetterEvent(lake, place, (events) => (letterState(events) === 'open' ? { event: 'replayed', at, by } : undefined))
  return state === 'replayed' ? 'under way' : 'queued'
}

function isClosed(events: Parameters<typeof letterState>[0]): boolean {
  return ['dropped', 'resolved'].includes(letterState(events))
}

async function queueAgain(lake: ObjectStore, tenantId: TenantId, { work }: DeadLetter, { queues, turns }: ReplayDeps): Promise<boolean> {
  switch (work.stage) {
    case 'contents':
      return offerContent(lake, tenantId, work, turns)
    case 'windows': {
      const { contentType, start, end } = work
      if (work.kind === 'seal') await queues.seal({ tenantId, contentType, start, end, overdue: true })
      else await queues.list({ tenantId, contentType, start, end, entry: work.entry, lane: 'live' })
      return true
    }
    case 'alerts': {
      const { date, alertId, destination } = work
      await queues.alert({ tenantId, date, alertId, destination })
      return true
    }
    case 'compactions':
      if (work.kind === 'compact') return queues.compact({ tenantId, date: work.date })
      if (work.kind === 'fold') return queues.fold({ tenantId, contentType: work.contentType, date: work.date, fold: work.fold })
      await queues.retain({ tenantId })
      return true
    case 'jobs':
      return false
  }
}

/** With the other contents of its entry that are not stored: a turn names contents by their place. */
async function offerContent(
  lake: ObjectStore,
  tenantId: TenantId,
  { entryKey, contentHash: hash }: Extract<DeadWork, { stage: 'contents' }>,
  turns: ReplayDeps['turns'],
): Promise<boolean> {
  const { contents } = await readLedgerEntry(lake, entryKey)
  const content = contents.find(({ id }) => contentHash(id) === hash)
  if (!content) return false
  await turns.offer({ tenantId, entryKey, total: contents.length, expiration: content.expiration, lane: 'live' })
  return true
}
