import { setTimeout as delay } from 'node:timers/promises'
import { MailtrailError } from '@mailtrail/core'
import { type Processor, Worker } from 'bullmq'
import type { Logger } from 'pino'
import { redisErrorCode } from './connect-redis.ts'
import type { RedisConnection } from './open-redis.ts'
import { queuePrefix } from './work-queues.ts'

export interface ReadyWorkerOptions {
  readonly queue: string
  readonly processor: Processor
  readonly concurrency: number
  readonly jobLockMs: number
  readonly log: Pick<Logger, 'warn'>
}

/** How often, how long, and with what pause a start is tried while Redis comes and goes. */
const [readyTries, readyWithinMs, readyPauseMs] = [12, 5_000, 500]

/**
 * A worker that runs once it is told to. One whose connections were not whole before Redis went away would never take a job, and would not say
 * so: another takes its place.
 *
 * @throws {@link MailtrailError} `REDIS_UNAVAILABLE` when Redis does not stay for long enough
 */
export async function readyWorker(redis: RedisConnection, options: ReadyWorkerOptions): Promise<Worker> {
  const { queue, concurrency, jobLockMs, log, processor } = options
  for (let triesLeft = readyTries; triesLeft > 0; triesLeft -= 1) {
    const worker = new Worker(queue, processor, {
      connection: redis,
      prefix: queuePrefix,
      autorun: false,
      concurrency,
      lockDuration: jobLockMs,
      stalledInterval: jobLockMs / 2,
      // A worker may die in the middle of a job any number of times; attempts bound what the job itself does wrong.
      maxStalledCount: 1_000,
      // After a command that failed with its connection; ioredis has its own pauses between connections.
      runRetryDelay: 1_000,
    })
    worker.on('error', (error) => log.warn({ event: 'worker.disturbed', queue, code: redisErrorCode(error) }))
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
