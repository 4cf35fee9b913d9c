import { randomUUID } from 'node:crypto'
import type { TenantId } from '@mailtrail/core'
import { contentsPerTurn, type Turns, type WaitingContents, type WorkQueues } from '@mailtrail/queues'
import type { BenchFleet } from '../fleet/bench-fleet.ts'

type Way = 'turns' | 'fifo'

/** When each content was reported, in ms since the work began, by tenant. */
export type Reports = ReadonlyMap<TenantId, readonly number[]>

export interface Run {
  readonly way: Way
  /** In this order. */
  readonly offers: readonly WaitingContents[]
  /** Whether enough was reported, asked after each report. */
  readonly isEnough: (reports: Reports, total: number) => boolean
}

/** Everything waits before the first worker comes; it is fetched until enough is reported, and the rest is thrown away. */
export async function runContents({ redis, queues, turns, fetch }: BenchFleet, { way, offers, isEnough }: Run): Promise<Reports> {
  await redis.flushall()
  for (const offer of offers) await (way === 'turns' ? turns.offer(offer) : queueAtOnce(queues, offer))
  const reports = new Map<TenantId, number[]>()
  const { promise, resolve } = Promise.withResolvers<void>()
  const startedAt = performance.now()
  let total = 0
  const onReported = (tenantId: TenantId): void => {
    const times = reports.get(tenantId) ?? []
    reports.set(tenantId, times)
    times.push(performance.now() - startedAt)
    total += 1
    if (isEnough(reports, total)) resolve()
  }
  const worker = await fetch({ onReported, ...(way === 'fifo' && { turns: noTurns }) })
  await promise
  // What waits is thrown away, so that the worker ends with the turns it runs.
  await redis.flushall()
  await worker[Symbol.asyncDispose]()
  return reports
}

/** Without admission: all turns of an entry at once. */
async function queueAtOnce(queues: WorkQueues, { tenantId, entryKey, total }: WaitingContents): Promise<void> {
  for (let offset = 0; offset < total; offset += contentsPerTurn) {
    const count = Math.min(contentsPerTurn, total - offset)
    await queues.turn({ tenantId, entryKey, offset, count, turnId: randomUUID() })
  }
}

const noTurns: Turns = { offer: async () => {}, release: async () => {} }
