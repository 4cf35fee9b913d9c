import { setTimeout as delay } from 'node:timers/promises'
import type { RedisConnection } from './open-redis.ts'
import { createQueueSignals, type QueueSignals } from './queue-signals.ts'
import type { RunningWorker } from './start-worker.ts'
import { queueNames, queuePrefix } from './work-queues.ts'

interface CheckResult {
  readonly isOk: boolean
  readonly reason?: string | undefined
}

/** What the endpoints of a role that has a connection to Redis, and perhaps a worker, tell of it. */
export interface QueueHealth {
  readonly live: Readonly<Record<string, () => CheckResult>>
  readonly ready: Readonly<Record<string, () => Promise<CheckResult>>>
  readonly signals: () => Promise<QueueSignals>
}

/** A Redis that is away makes a role not ready, and not dead: starting it anew would not help. */
export function queueHealth(redis: RedisConnection, worker?: Pick<RunningWorker, 'health'>): QueueHealth {
  return {
    live: worker ? { worker: () => checkWorker(worker) } : {},
    ready: { redis: createRedisCheck(redis) },
    signals: createQueueSignals(redis),
  }
}

function checkWorker(worker: Pick<RunningWorker, 'health'>): CheckResult {
  const { isAlive, reason } = worker.health()
  return { isOk: isAlive, reason }
}

const answerMs = 500

/** Commands wait while Redis is away, so at most one question waits for an answer. It is one that the fleet's user may ask, unlike PING. */
function createRedisCheck(redis: RedisConnection): () => Promise<CheckResult> {
  let asked: Promise<boolean> | undefined
  return async () => {
    if (redis.status !== 'ready') return { isOk: false, reason: 'Redis is away' }
    asked ??= redis.exists(`${queuePrefix}:${queueNames.windows}:meta`).then(
      () => true,
      () => false,
    )
    void asked.then(() => {
      asked = undefined
    })
    const isOk = await Promise.race([asked, delay(answerMs, false, { ref: false })])
    return isOk ? { isOk } : { isOk, reason: 'Redis does not answer' }
  }
}
