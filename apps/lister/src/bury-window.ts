import { failureOf, isOwnFault, listableMs, MailtrailError } from '@mailtrail/core'
import { buryWork, type DeadWork, type EndedJobs, usualPatience } from '@mailtrail/lake'
import type { Bury, WindowTask } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import type { TenantLakes } from '@mailtrail/tenants'

export interface BuryWindowDeps {
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly endedJobs: EndedJobs
  readonly clock: Pick<Clock, 'now'>
}

/**
 * Tells of listings and seals that fail every time by their own fault. They are asked for again as long as they are due, so that nothing is lost by it; a peek
 * is never missed, and of what aged out the ledger tells.
 */
export function createWindowBurial({ lakes, endedJobs, clock }: BuryWindowDeps): Bury<WindowTask> {
  return async (task, error, { attempt, signal }) => {
    const isAgedOut = error instanceof MailtrailError && error.code === 'ACTIVITY_API_WINDOW_AGED_OUT'
    const work = workOf(task)
    if (!work || isAgedOut || !isOwnFault(error)) return
    const lake = await lakes.open(task.tenantId, { signal })
    const expires = task.kind === 'list' ? task.start + listableMs : null
    const failed = { tenantId: task.tenantId, work, expires, failure: failureOf(error, clock.now()), attempts: attempt }
    await buryWork(lake, endedJobs, { ...failed, patience: usualPatience }, { signal })
  }
}

function workOf(task: WindowTask): DeadWork | undefined {
  const { contentType, start, end } = task
  if (task.kind === 'peek') return undefined
  const span = { stage: 'windows', contentType, start, end } as const
  return task.kind === 'list' ? { ...span, kind: 'list', entry: task.entry } : { ...span, kind: 'seal' }
}
