import { endsJob } from './ends-job.ts'
import type { Handler, TaskContext } from './start-worker.ts'

/** Told of each job that leaves its queue by failing. */
export type Bury<T> = (task: T, error: unknown, context: TaskContext) => Promise<void>

/** Does the same, and tells when a job ends by failing. What goes wrong then is logged, and the job fails as it would have. */
export function withDeadLetters<T>(handle: Handler<T>, bury: Bury<T>): Handler<T> {
  return async (task, context) => {
    try {
      await handle(task, context)
    } catch (error) {
      if (endsJob(error, context) && !context.signal.aborted) {
        await bury(task, error, context).catch((fault: unknown) => context.log.warn({ event: 'work.not_buried', code: codeOf(fault) }))
      }
      throw error
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
}
