import { setTimeout as delay } from 'node:timers/promises'
import type { MailtrailError } from '@mailtrail/core'
import type { Worker } from 'bullmq'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import { toProcessor } from './process-job.ts'
import { readyWorker } from './ready-worker.ts'
import { queuePrefix } from './work-queues.ts'
import { WorkerWatch } from './worker-watch.ts'

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
  /** How often a job of another release was set aside since the start. */
  readonly parked: number
}

export interface RunningWorker extends AsyncDisposable {
  health(): WorkerHealth
}

/** Longest wait until what was aborted is back in the queue; the rest is handed back by its expired lock. */
const handBackMs = 4_000

/**
 * Starts taking jobs. Disposing stops taking, lets running jobs finish, hands back at once what does not, and closes the connection.
 *
 * @throws {@link MailtrailError} `REDIS_UNAVAILABLE` when Redis does not stay for long enough
 */
export async function startWorker<T>(redis: RedisConnection, options: WorkerOptions<T>): Promise<RunningWorker> {
  const { queue, concurrency, log, graceMs = 20_000 } = options
  const ending = new AbortController()
  let isEnding = false
  const watch = new WorkerWatch(concurrency, async () => (redis.status === 'ready' ? redis.llen(`${queuePrefix}:${queue}:wait`) : 0))
  const processor = toProcessor(options, watch, ending.signal)
  const workers: Worker[] = []
  const start = async (): Promise<void> => {
    const worker = await readyWorker(redis, { ...options, processor })
    workers.push(worker)
    // Fails only when it is started twice, or closed already.
    if (!isEnding) void worker.run()
  }
  await start()
  const watching = watch.start(async () => {
    log.error({ event: 'worker.deaf', queue })
    // What it does already it may finish.
    void workers.at(-1)?.close()
    await start()
  })
  return {
    health: () => ({
      isAlive: !watch.isDeaf,
      ...(watch.isDeaf && { reason: 'jobs wait, and it takes none' }),
      parked: watch.parked,
    }),
    [Symbol.asyncDispose]: async () => {
      isEnding = true
      watching[Symbol.dispose]()
      const closed = Promise.all(workers.map((worker) => worker.close()))
      if (await isWithin(graceMs, closed)) return
      ending.abort()
      // A connection that is just being made anew may never tell that it is closed.
      await isWithin(handBackMs, closed)
    },
  }
}

/** Whether `work` ends in time. It goes on if it does not. */
async function isWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const isOver = new AbortController()
  const late = delay(ms, false, isOver).catch(() => false)
  const isDone = await Promise.race([work.then(() => true), late])
  isOver.abort()
  return isDone
}
