import { MailtrailError, type Retry } from '@mailtrail/core'
import { DelayedError, type Job, type Processor, UnrecoverableError, WaitingError } from 'bullmq'
import type { Logger } from 'pino'
import { longestDelayMs } from './longest-delay.ts'
import { parseTask } from './parse-task.ts'
import type { WorkerOptions } from './start-worker.ts'
import type { WorkerWatch } from './worker-watch.ts'

/** What is to become of one job, and how its failure is told: to the log, to Redis and to who queued it. */
export function toProcessor<T>(options: WorkerOptions<T>, watch: WorkerWatch, signal: AbortSignal): Processor {
  const { queue, schema, handle, log, onInvalid } = options
  const process = async (job: Job, token?: string): Promise<void> => {
    const jobLog = log.child({
      queue,
      jobId: job.id,
      tenantId: job.data?.tenantId,
    })
    try {
      const task = parseTask(schema, job)
      const attempt = job.attemptsMade + 1
      await handle(task, { signal, log: jobLog, attempt, lastAttempt: attempt >= (job.opts.attempts ?? 1) })
    } catch (raised) {
      const error = await orUntold(raised, (invalid) => onInvalid?.({ queue, id: job.id, data: job.data }, invalid))
      if (signal.aborted) await handBack(job, token, jobLog)
      const isKnown = error instanceof MailtrailError
      const found = { code: codeOf(error), reason: messageOf(error), ...(!isKnown && { at: framesOf(error) }) }
      const isParked = found.code === 'JOB_OF_OTHER_RELEASE'
      if (isParked) watch.parked += 1
      jobLog.warn({ event: isParked ? 'job.parked' : 'job.failed', attempt: job.attemptsMade + 1, ...found })
      // Redis keeps what is thrown, so an unexpected message stays here.
      if (!isKnown) throw new Error(messageOf(error))
      if (!error.retry.again || isLongDelay(error.retry)) throw new UnrecoverableError(messageOf(error))
      if (error.retry.afterMs === undefined) throw error
      // Holds back this job alone and spends no attempt; `rateLimit` would hold back every tenant's.
      await job.moveToDelayed(Date.now() + error.retry.afterMs * (1 + Math.random() / 2), token)
      throw new DelayedError()
    }
  }
  return (job, token) => watch.during(() => process(job, token))
}

/** What a job fails with: while a job that nobody can read could not be told of, with the reason for that, so that it is told of again. */
async function orUntold(raised: unknown, tell: (error: MailtrailError) => Promise<void> | undefined): Promise<unknown> {
  if (!(raised instanceof MailtrailError) || raised.code !== 'JOB_INVALID') return raised
  try {
    await tell(raised)
    return raised
  } catch (fault) {
    return fault
  }
}

/** Another worker takes it next: it waits for no lock to expire, and spends no attempt. */
async function handBack(job: Job, token: string | undefined, log: Logger): Promise<never> {
  // Without Redis, or after another took it, it is handed back by its lock.
  await job.moveToWait(token).catch(() => {})
  log.info({ event: 'job.handed_back' })
  throw new WaitingError()
}

function isLongDelay(retry: Retry): boolean {
  return retry.again && retry.afterMs !== undefined && retry.afterMs > longestDelayMs
}

/** Only errors raised on purpose have messages known to hold nothing confidential. */
function messageOf(error: unknown): string {
  if (error instanceof MailtrailError) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.name : 'unknown'
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
}

/** Where an unexpected error came from, without its message, which may quote a record. */
function framesOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack?.split('\n') ?? []) : []
  return lines.filter((line) => line.startsWith('    at ')).slice(0, 5)
}
