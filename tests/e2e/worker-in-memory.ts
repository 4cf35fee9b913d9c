import type { ActivityApi } from '@mailtrail/activity-api'
import { createFoldHandler } from '@mailtrail/compactor'
import type { TenantId } from '@mailtrail/core'
import { createPeekTurnHandler, createTurnHandler } from '@mailtrail/fetcher'
import type { ObjectStore } from '@mailtrail/lake'
import { createListHandler, createPeekHandler, createSealHandler, createSubscriptions } from '@mailtrail/lister'
import { type Clock, createLogger } from '@mailtrail/runtime'
import type { Job, RedisInMemory } from './redis-in-memory.ts'

export interface WorkerOptions {
  readonly tenantId: TenantId
  readonly lake: ObjectStore
  readonly api: ActivityApi
  readonly redis: RedisInMemory
  readonly clock: Clock
  readonly horizonMs: number
  /** For bodies too large for memory. */
  readonly spoolFolder: string
  /** Goes before and after each command of Redis, of the lake and of the service, and may throw: then the process is dead. */
  readonly step: () => Promise<void>
}

/** The real handlers of lister, fetcher and compactor in one process, which may die between any two steps. */
export interface WorkerInMemory {
  run(job: Job): Promise<void>
}

const routes = { 'Audit.Exchange': ['MailItemsAccessed'] }

export function workerInMemory({
  lake: wholeLake,
  api: wholeApi,
  redis,
  clock,
  horizonMs,
  spoolFolder,
  step,
}: WorkerOptions): WorkerInMemory {
  const lake = stepwiseLake(wholeLake, step)
  const api = stepwiseApi(wholeApi, step)
  const lakes = { open: async () => lake }
  const apis = { open: async () => api, noteFailure: () => {} }
  const { queues, turns, receipts, brakes, endedJobs } = redis.ports(step)
  const listing = { lakes, apis, clock, brakes, subscriptions: createSubscriptions(lake, lakes, clock) }
  const list = createListHandler({ ...listing, turns, routes })
  const peek = createPeekHandler({ ...listing, queues, receipts })
  const seal = createSealHandler({ lakes, receipts, clock })
  const storing = { fleetLake: lake, destinations: [], spoolFolder, compression: 'gzip', horizonMs } as const
  const settling = { ...storing, lakes, apis, receipts, queues, clock, endedJobs }
  const turn = createTurnHandler({ ...settling, brakes, turns })
  const peekTurn = createPeekTurnHandler({ ...settling, routes })
  const fold = createFoldHandler({ fleetLake: lake, lakes, horizonMs })
  const still = { signal: new AbortController().signal, log: createLogger('silent') }
  return {
    run: ({ role, task, attempt, attempts }) => {
      const context = { ...still, attempt, lastAttempt: attempt >= attempts }
      if (role === 'compactor') return fold(task, context)
      if (role === 'fetcher') return task.kind === 'turn' ? turn(task, context) : peekTurn(task, context)
      if (task.kind === 'list') return list(task, context)
      return task.kind === 'peek' ? peek(task, context) : seal(task, context)
    },
  }
}

/** A process may die before a call and after it, when its effect is there and nobody knows. */
export function stepwiseLake(lake: ObjectStore, step: () => Promise<void>): ObjectStore {
  const around = async <T>(call: () => Promise<T>): Promise<T> => {
    await step()
    const result = await call()
    await step()
    return result
  }
  return {
    ...lake,
    create: (key, body) => around(() => lake.create(key, body)),
    replace: (key, body, etag) => around(() => lake.replace(key, body, etag)),
    read: (key) => around(() => lake.read(key)),
    stat: (key) => around(() => lake.stat(key)),
    remove: (key) => around(() => lake.remove(key)),
    list: async function* (prefix) {
      await step()
      yield* lake.list(prefix)
    },
  }
}

function stepwiseApi(api: ActivityApi, step: () => Promise<void>): ActivityApi {
  return {
    ...api,
    listSubscriptions: async () => {
      await step()
      return api.listSubscriptions()
    },
    startSubscription: async (contentType) => {
      await step()
      await api.startSubscription(contentType)
    },
    listContent: async function* (query) {
      for await (const page of api.listContent(query)) {
        await step()
        yield page
      }
      await step()
    },
    openContent: async (content) => {
      await step()
      return api.openContent(content)
    },
  }
}
