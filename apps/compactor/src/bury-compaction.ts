import { failureOf, isOwnFault } from '@mailtrail/core'
import { buryWork, type DeadWork, type EndedJobs, noPatience, resolveWork, usualPatience } from '@mailtrail/lake'
import { type CompactionTask, type Handler, withDeadLetters } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import type { TenantLakes } from '@mailtrail/tenants'

export interface BuryCompactionDeps {
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly endedJobs: EndedJobs
  readonly clock: Pick<Clock, 'now'>
}

/** Does the same, tells of what fails by its own fault, and of what was told of and is done since. A date is asked for once, so that its first failure counts. */
export function withCompactionLetters(
  handle: Handler<CompactionTask>,
  { lakes, endedJobs, clock }: BuryCompactionDeps,
): Handler<CompactionTask> {
  const handleOrBury = withDeadLetters(handle, async (task, error, { attempt, signal }) => {
    if (!isOwnFault(error)) return
    const lake = await lakes.open(task.tenantId, { signal })
    const failed = { tenantId: task.tenantId, work: workOf(task), expires: null, failure: failureOf(error, clock.now()), attempts: attempt }
    await buryWork(lake, endedJobs, { ...failed, patience: task.kind === 'fold' ? usualPatience : noPatience }, { signal })
  })
  return async (task, context) => {
    await handleOrBury(task, context)
    const lake = await lakes.open(task.tenantId, { signal: context.signal })
    await resolveWork(lake, task.tenantId, workOf(task), { at: clock.now(), by: 'compactor' }, { signal: context.signal })
  }
}

function workOf(task: CompactionTask): DeadWork {
  const stage = 'compactions'
  switch (task.kind) {
    case 'compact':
      return { stage, kind: task.kind, date: task.date }
    case 'fold':
      return { stage, kind: task.kind, contentType: task.contentType, date: task.date, fold: task.fold }
    case 'retain':
      return { stage, kind: task.kind }
  }
}
