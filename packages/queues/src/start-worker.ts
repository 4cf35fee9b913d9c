import { setTimeout as delay } from 'node:timers/promises'
import { MailtrailError, minuteMs, type Retry } from '@mailtrail/core'
import { DelayedError, type Job, type Processor, UnrecoverableError, WaitingError, Worker } from 'bullmq'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import { parseTask } from './parse-task.ts'
import { queuePrefix } from './work-queues.ts'

export interface TaskContext {
  readonly signal: AbortSignal
  readonly log: Logger
  /** Counts from 1. */
  readonly attempt: number
  /** Whether a failure now ends the job. */
  readonly lastAttempt: boolean
}

/** Does one task. It may run twice, late, or on two workers at once. */
export type Handler<T> = (task: T, context: TaskContext) => Promise<void>

export interface WorkerOptions<T> {
  readonly queue: string
  readonly schema: z.ZodType<T>
  readonly handle: Handler<T>
  readonly concurrency: number
  readonly jobLockMs: number
  readonly log: Logger
  /** Told of a job that is of no known schema; it fails afterwards. */
  readonly onInvalid?: OnInvalid
  /** Longest wait for running jobs when the worker is asked to end; 20 s unless said. What is not done by then is aborted and handed back. */
  readonly graceMs?: number
}

export type OnInvalid = (job: InvalidJob, error: MailtrailError) => Promise<void>

export interface InvalidJob {
  readonly queue: string
  readonly id: string | undefined
  /** Whatever stood in it: for the lake alone. */
  readonly data: unknown
}

/** What a liveness check asks of a worker: whether jobs that wait are taken, and if not, why. */
export interface WorkerHealth {
  readonly isAlive: boolean
  readonly reason?: string
}

export interface RunningWorker extends AsyncDisposable {
  health(): WorkerHealth
}

/** What has to wait longer leaves the queue, which holds only what is ready: the scheduler asks for it again. */
export const longestDelayMs: number = 5 * minuteMs

/** Longest wait until what was aborted is back in the queue; the rest is handed back by its expired lock. */
const handBackMs = 4_000

/** How often, how long, and with what pause a start is tried while Redis comes and goes. */
const [readyTries, readyWithinMs, readyPauseMs] = [12, 5_000, 500]

/**
 * Starts taking jobs. Disposing stops taking, lets running jobs finish, hands back at once what does not, and closes the connection.
 *
 * @throws {@link MailtrailError} `REDIS_UNAVAILABLE` when Redis does not stay for long enough
 */
export async function startWorker<T>(redis: RedisConnection, options: WorkerOptions<T>): Promise<RunningWorker> {
  const { graceMs = 20_000 } = options
  const ending = new AbortController()
  const worker = await readyWorker(redis, options, ending.signal)
  // Fails only when it is started twice.
  void worker.run()
  return {
    health: () => (worker.isRunning() ? { isAlive: true } : { isAlive: false, reason: 'it has stopped taking jobs' }),
    [Symbol.asyncDispose]: async () => {
      const closed = worker.close()
      if (await isWithin(graceMs, closed)) return
      ending.abort()
      // A connection that is just being made anew may never tell that it is closed.
      await isWithin(handBackMs, closed)
    },
  }
}

/** Whether `work` ends in time. It goes on if it does not. */
async function isWithin(ms: number, work: Promise<void>): Promise<boolean> {
  const isOver = new AbortController()
  const late = delay(ms, false, isOver).catch(() => false)
  const isDone = await Promise.race([work.then(() => true), late])
  isOver.abort()
  return isDone
}

/** A worker whose connections were not whole before Redis went away would never take a job, and would not say so: another takes its place. */
async function readyWorker<T>(redis: RedisConnection, options: WorkerOptions<T>, signal: AbortSignal): Promise<Worker> {
  const { queue, concurrency, jobLockMs, log } = options
  for (let triesLeft = readyTries; triesLeft > 0; triesLeft -= 1) {
    const worker = new Worker(queue, toProcessor(options, signal), {
      connection: redis,
      prefix: queuePrefix,
      autorun: false,
      concurrency,
      lockDuration: jobLockMs,
      stalledInterval: jobLockMs / 2,
      // A worker may die in the middle of a job any number of times; attempts bound what the job itself does wrong.
      maxStalledCount: 1_000,
    })
    worker.on('error', (error) => log.warn({ event: 'worker.disturbed', queue, code: codeOf(error) }))
    const isReady = await Promise.race([
      worker.waitUntilReady().then(
        () => true,
        () => false,
      ),
      delay(readyWithinMs, false, { ref: false }),
    ])
    if (isReady) return worker
    void worker.close(true).catch(() => {})
    await delay(readyPauseMs)
  }
  throw new MailtrailError('REDIS_UNAVAILABLE', `Redis went away while the workers of ${queue} were started. Start it, then this again.`)
}

function toProcessor<T>({ queue, schema, handle, log, onInvalid }: WorkerOptions<T>, signal: AbortSignal): Processor {
  return async (job: Job, token?: string) => {
    const jobLog = log.child({
      queue,
      jobId: job.id,
      tenantId: job.data?.tenantId,
    })
    try {
      const task = parseTask(schema, job)
      const attempt = job.attemptsMade + 1
      await handle(task, { signal, log: jobLog, attempt, lastAttempt: attempt >= (job.opts.attempts ?? 1) })
    } catch (error) {
      if (signal.aborted) await handBack(job, token, jobLog)
      const isKnown = error instanceof MailtrailError
      const found = { code: codeOf(error), reason: messageOf(error), ...(!isKnown && { at: framesOf(error) }) }
      const event = found.code === 'JOB_OF_OTHER_RELEASE' ? 'job.parked' : 'job.failed'
      jobLog.warn({ event, attempt: job.attemptsMade + 1, ...found })
      // Redis keeps what is thrown, so an unexpected message stays here.
      if (!isKnown) throw new Error(messageOf(error))
      if (error.code === 'JOB_INVALID') await onInvalid?.({ queue, id: job.id, data: job.data }, error).catch(() => {})
      if (!error.retry.again || isLongDelay(error.retry)) throw new UnrecoverableError(messageOf(error))
      if (error.retry.afterMs === undefined) throw error
      // Holds back this job alone and spends no attempt; `rateLimit` would hold back every tenant's.
      await job.moveToDelayed(Date.now() + error.retry.afterMs * (1 + Math.random() / 2), token)
      throw new DelayedError()
    }
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
