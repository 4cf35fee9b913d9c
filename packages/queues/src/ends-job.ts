import { MailtrailError } from '@mailtrail/core'
import { longestDelayMs } from './longest-delay.ts'
import type { TaskContext } from './start-worker.ts'

/** Whether a job leaves its queue by failing with this error: it cannot be repeated, has no attempt left, or has longer to wait than a job may. */
export function endsJob(error: unknown, { lastAttempt }: Pick<TaskContext, 'lastAttempt'>): boolean {
  if (!(error instanceof MailtrailError)) return lastAttempt
  if (!error.retry.again) return true
  const { afterMs } = error.retry
  return afterMs === undefined ? lastAttempt : afterMs > longestDelayMs
}
