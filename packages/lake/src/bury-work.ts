import type { Abortable, EndedWork, TenantId, WorkFailure } from '@mailtrail/core'
import { type DeadWork, deadLetterId, formatLetter } from './dead-letter.ts'
import { addLetterEvent, type LetterEvent, letterState } from './dead-letter-events.ts'
import { deadLetterKey } from './layout.ts'
import type { ObjectStore } from './object-store.ts'

/** Counts the jobs that ended without doing their work. What it forgets is counted anew. */
export interface EndedJobs {
  /** @returns all that is known of the work, this job included */
  note(tenantId: TenantId, workId: string, failure: WorkFailure, attempts: number): Promise<EndedWork>
  forget(tenantId: TenantId, workId: string): Promise<void>
}

/** Work whose job just ended, and what it takes to give it up. */
export interface FailedWork {
  readonly tenantId: TenantId
  readonly work: DeadWork
  /** UTC milliseconds; null where nothing ends it. */
  readonly expires: number | null
  readonly failure: WorkFailure
  readonly attempts: number
  /** So many jobs have to end, over so long a time. */
  readonly patience: Patience
}

interface Patience {
  readonly jobs: number
  readonly ms: number
}

/** Of what is queued again by itself: what fails thrice in half an hour by its own fault fails every time. */
export const usualPatience: Patience = { jobs: 3, ms: 1_800_000 }
export const noPatience: Patience = { jobs: 1, ms: 0 }

/**
 * Notes that a job ended without doing its work; when that was often enough, the work becomes a dead letter. One that failed again after a replay is open again.
 *
 * @returns whether the work is a dead letter
 */
export async function buryWork(lake: ObjectStore, ended: EndedJobs, failed: FailedWork, options?: Abortable): Promise<boolean> {
  const { tenantId, work, expires, failure, attempts, patience } = failed
  const id = deadLetterId(tenantId, work)
  const key = deadLetterKey(tenantId, work.stage, id)
  if (await lake.stat(key, options)) {
    const failedAgain = { event: 'failed', at: failure.at, by: work.stage, failure } as const
    await addLetterEvent(
      lake,
      { tenantId, stage: work.stage, id },
      (events) => (['replayed', 'resolved'].includes(letterState(events)) ? failedAgain : undefined),
      options,
    )
    return true
  }
  const known = await ended.note(tenantId, id, failure, attempts)
  if (known.jobs < patience.jobs || failure.at - known.first.at < patience.ms) return false
  await lake.create(key, formatLetter({ id, tenantId, work, expires, ...known, writtenAt: failure.at }), options)
  await ended.forget(tenantId, id)
  return true
}

/** Notes beside the letter of the work, if there is one that is not closed, that it was done. */
export async function resolveWork(
  lake: ObjectStore,
  tenantId: TenantId,
  work: DeadWork,
  { at, by }: Pick<LetterEvent, 'at' | 'by'>,
  options?: Abortable,
): Promise<void> {
  const name = { tenantId, stage: work.stage, id: deadLetterId(tenantId, work) }
  if (!(await lake.stat(deadLetterKey(tenantId, work.stage, name.id), options))) return
  const decide = (events: readonly LetterEvent[]): LetterEvent | undefined =>
    ['open', 'replayed'].includes(letterState(events)) ? { event: 'resolved', at, by } : undefined
  await addLetterEvent(lake, name, decide, options)
}
