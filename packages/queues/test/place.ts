import { parseTenantId, type TenantId } from '@mailtrail/core'
import { startRedis, type TestRedis } from '@mailtrail/testing'
import { Queue } from 'bullmq'
import { pino } from 'pino'
import { expect, vi } from 'vitest'
import { connectRedis } from '../src/connect-redis.ts'
import type { RedisConnection } from '../src/open-redis.ts'
import { type RunningWorker, startWorker, type WorkerOptions } from '../src/start-worker.ts'
import { createWorkQueues, type queueNames, queuePrefix, type WorkQueues } from '../src/work-queues.ts'

type Work<T> = Pick<WorkerOptions<T>, 'queue' | 'schema' | 'handle' | 'onInvalid'> & {
  readonly concurrency?: number
  readonly jobLockMs?: number
}

/** A Redis of a test's own with a process' connection to it, all closed together, workers first. */
export interface Place extends AsyncDisposable {
  readonly server: TestRedis
  /** As a user who may do everything; queues and workers go by the one that a fleet has. */
  readonly redis: RedisConnection
  readonly queues: WorkQueues
  /** A queue as BullMQ shows it, for looking into it and for adding what no producer of ours would. */
  readonly raw: Readonly<Record<keyof typeof queueNames, Queue>>
  /** What workers logged, as text. */
  logged(): string
  work<T>(options: Work<T>): Promise<RunningWorker>
  /** Waits until nothing waits or runs any more. */
  settled(): Promise<void>
}

export async function openPlace(): Promise<Place> {
  await using resources = new AsyncDisposableStack()
  const server = resources.use(await startRedis())
  const redis = resources.adopt(await connectRedis(server.url), (connection) => connection.disconnect())
  const fleet = resources.adopt(await connectRedis(server.fleetUrl), (connection) => connection.disconnect())
  const queues = resources.use(createWorkQueues(fleet))
  const rawQueue = (name: string): Queue =>
    resources.adopt(
      new Queue(name, { connection: redis, prefix: queuePrefix }).on('error', () => {}),
      (queue) => queue.close(),
    )
  const raw = {
    windows: rawQueue('windows'),
    contents: rawQueue('contents'),
    alerts: rawQueue('alerts'),
    compactions: rawQueue('compactions'),
  }
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  const kept = resources.move()
  return {
    server,
    redis,
    queues,
    raw,
    logged: () => lines.join(''),
    work: async (options) => kept.use(await startWorker(fleet, { concurrency: 1, jobLockMs: 1_000, log, ...options })),
    settled: () => until(async () => expect(await queues.unfinished()).toBe(0)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Asks again until `holds` throws no more. */
export async function until<T>(holds: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(holds, { timeout: 20_000, interval: 10 })
}

/** The tenant with this number. */
export function tenant(number: number): TenantId {
  return parseTenantId(`${String(number).padStart(8, '0')}-2222-4333-8444-555555555555`)
}
