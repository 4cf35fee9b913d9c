import { randomUUID } from 'node:crypto'
import { hourMs } from '@mailtrail/core'
import { type Job, type JobType, Queue } from 'bullmq'
import {
  type AlertTask,
  type CompactionTask,
  type CompactTask,
  type ContentTask,
  type FoldTask,
  jobVersion,
  type ListTask,
  type PeekTask,
  type PeekTurnTask,
  type RetainTask,
  type SealTask,
  type TurnTask,
  type WindowTask,
} from './jobs.ts'
import type { RedisConnection } from './open-redis.ts'
import { isOfOtherRelease } from './parse-task.ts'

/** Few queues, by stage and never one a tenant: a console polls each of them. */
export const queueNames = {
  windows: 'windows',
  contents: 'contents',
  alerts: 'alerts',
  compactions: 'compactions',
} as const

/** In braces, so that a cluster keeps all keys that one command of BullMQ names on one node. */
export const queuePrefix = '{mailtrail}'

/** What a failing job waits before it is tried again: 0.5 s doubling, spread by half, as many times as `attempts` says. */
const backoff = { type: 'exponential', delay: 500, jitter: 0.5 } as const

/** A bounded past of each queue stays visible to operators. */
const bounded = {
  removeOnComplete: { count: 500 },
  removeOnFail: { count: 2_000 },
}

/** Producers of all stages. A task that waits or runs already is not queued twice; one that waits for another release is, for that may never run. */
export interface WorkQueues extends AsyncDisposable {
  list(task: Omit<ListTask, 'v' | 'kind'>): Promise<void>
  seal(task: Omit<SealTask, 'v' | 'kind'>): Promise<void>
  peek(task: Omit<PeekTask, 'v' | 'kind'>): Promise<void>
  turn(task: Omit<TurnTask, 'v' | 'kind'>): Promise<void>
  /** One at a time for a window: what it does not hold, the next peek finds. */
  peekTurn(task: Omit<PeekTurnTask, 'v' | 'kind'>): Promise<void>
  alert(task: Omit<AlertTask, 'v'>): Promise<void>
  /**
   * One at a time for a tenant, so that one with many dates keeps nobody waiting.
   *
   * @returns whether it was queued: false while another date of the tenant waits or runs
   */
  compact(task: Omit<CompactTask, 'v' | 'kind'>): Promise<boolean>
  /** One at a time for a tenant, for each fold names the one before it. @returns whether it was queued, as {@link WorkQueues.compact} */
  fold(task: Omit<FoldTask, 'v' | 'kind'>): Promise<boolean>
  /** One at a time for a tenant; asked for while one runs, it runs again after it. */
  retain(task: Omit<RetainTask, 'v' | 'kind'>): Promise<void>
  /** Whether a turn waits or runs; false once it ended, when Redis lost it, or when it waits for another release in vain. */
  hasTurn(turnId: string): Promise<boolean>
  /** Jobs that wait, wait to be tried again, or run, over all stages. */
  unfinished(): Promise<number>
  /** Those of them that are not set aside for a time. */
  ready(): Promise<number>
}

export function createWorkQueues(redis: RedisConnection): WorkQueues {
  const options = {
    connection: redis,
    prefix: queuePrefix,
    defaultJobOptions: { ...bounded, backoff },
  }
  const windows = new Queue<WindowTask>(queueNames.windows, options)
  const contents = new Queue<ContentTask>(queueNames.contents, options)
  const alerts = new Queue<AlertTask>(queueNames.alerts, options)
  const compactions = new Queue<CompactionTask>(queueNames.compactions, options)
  const queues = [windows, contents, alerts, compactions]
  // Commands wait until Redis is back; without a listener each lost connection would be printed.
  for (const queue of queues) queue.on('error', () => {})
  const countJobs = async (...states: JobType[]): Promise<number> => {
    const counts = await Promise.all(queues.map((queue) => queue.getJobCountByTypes(...states)))
    return counts.reduce((sum, count) => sum + count, 0)
  }
  const addCompaction = async (task: CompactionTask): Promise<boolean> => {
    const jobId = randomUUID()
    const deduplication = { id: `v${jobVersion}/${task.tenantId}/${task.kind}` }
    const job = await compactions.add(task.kind, task, { attempts: 3, jobId, deduplication })
    return job.id === jobId
  }
  const spanId = (task: Pick<ListTask, 'tenantId' | 'contentType' | 'start' | 'end'>): string =>
    `v${jobVersion}/${task.tenantId}/${task.contentType}/${task.start}-${task.end}`
  return {
    list: async (task) => {
      const deduplication = { id: `${spanId(task)}/${task.entry}` }
      // What somebody waits for goes to the head, bounded by how much is listed of a tenant at a time.
      await windows.add('list', { v: jobVersion, kind: 'list', ...task }, { attempts: 5, deduplication, lifo: task.lane === 'incident' })
    },
    peek: async (task) => {
      await windows.add('peek', { v: jobVersion, kind: 'peek', ...task }, { attempts: 1, deduplication: { id: `${spanId(task)}/peek` } })
    },
    seal: async (task) => {
      // A seal asked for while one runs must run after it, for the running one may have read the receipts already.
      const deduplication = {
        id: `${spanId(task)}/seal/${task.overdue}`,
        keepLastIfActive: true,
      }
      await windows.add('seal', { v: jobVersion, kind: 'seal', ...task }, { attempts: 5, deduplication })
    },
    turn: async (task) => {
      await contents.add('turn', { v: jobVersion, kind: 'turn', ...task }, { attempts: 5, jobId: task.turnId })
    },
    peekTurn: async (task) => {
      await contents.add('peek', { v: jobVersion, kind: 'peek', ...task }, { attempts: 1, deduplication: { id: `${spanId(task)}/peek` } })
    },
    alert: async (task) => {
      const deduplication = {
        id: `v${jobVersion}/${task.tenantId}/${task.alertId}/${task.destination}`,
      }
      await alerts.add('deliver', { v: jobVersion, ...task }, { attempts: 12, deduplication })
    },
    compact: (task) => addCompaction({ v: jobVersion, kind: 'compact', ...task }),
    fold: (task) => addCompaction({ v: jobVersion, kind: 'fold', ...task }),
    retain: async (task) => {
      const deduplication = { id: `v${jobVersion}/${task.tenantId}/retain`, keepLastIfActive: true }
      await compactions.add('retain', { v: jobVersion, kind: 'retain', ...task }, { attempts: 3, deduplication })
    },
    hasTurn: async (turnId) => {
      const state = await contents.getJobState(turnId)
      if (state === 'delayed') return !isGivenUp(await contents.getJob(turnId))
      return state !== 'completed' && state !== 'failed' && state !== 'unknown'
    },
    unfinished: () => countJobs('wait', 'active', 'delayed', 'prioritized'),
    ready: () => countJobs('wait', 'active', 'prioritized'),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(queues.map((queue) => queue.close()))
    },
  }
}

/** A turn of another release keeps its tenant's place as long as a rollout may take. Then its contents go to others, and it may still run. */
function isGivenUp(job: Job | undefined): boolean {
  return job === undefined || (isOfOtherRelease(job.data) && Date.now() - job.timestamp > hourMs)
}
