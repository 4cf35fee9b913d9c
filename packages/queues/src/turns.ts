import { setTimeout as delay } from 'node:timers/promises'
import type { Lane, TenantId } from '@mailtrail/core'
import { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import type { RedisScript } from './redis-script.ts'
import { tenantKey } from './tenant-key.ts'
import { offerScript, releaseScript } from './turn-scripts.ts'
import { createWaitingTenants } from './waiting-tenants.ts'
import type { WorkQueues } from './work-queues.ts'

/** Contents that wait to be fetched, named by their place in the ledger. */
export interface WaitingContents {
  readonly tenantId: TenantId
  readonly entryKey: string
  /** How many contents the entry lists. */
  readonly total: number
  /** When the first of them expires: what expires first is fetched first. */
  readonly expiration: number
  readonly lane: Lane
}

/**
 * Fair by admission: a tenant has at most `turnsPerTenant` turns in the queue, and the next is let in as one ends, so that a tenant with
 * 50,000 waiting contents adds a constant to everybody's wait. Only a cursor a ledger entry waits here; losing it loses nothing, for
 * the scheduler offers what the ledger shows as unstored again.
 */
export interface Turns {
  /** Lets an entry's contents in line, unless they are in line or in work already. */
  offer(waiting: WaitingContents): Promise<void>
  /** Gives back the place of a turn that ended, and lets the tenant's next one in. */
  release(tenantId: TenantId, turnId: string): Promise<void>
}

/** Fewer than a fetcher takes at once, so that a slow tenant cannot hold all of it. */
export const turnsPerTenant = 3
/** Backfilled contents expire before fresh ones; what is left of the share keeps the fresh ones from waiting for all of them. */
const backfillTurnsPerTenant = turnsPerTenant - 1
export const contentsPerTurn = 20

/** Puts what somebody waits for before everything else, whenever it expires. */
const incidentLeadMs = 1e13

/** What a tenant's turns are kept in. */
export function turnKeys(tenantId: TenantId): Readonly<Record<'waiting' | 'inWork' | 'cursors' | 'sequence', string>> {
  const prefix = tenantKey(tenantId, 'turns')
  return { waiting: `${prefix}:waiting`, inWork: `${prefix}:in-work`, cursors: `${prefix}:cursors`, sequence: `${prefix}:sequence` }
}

const admittedSchema = z.array(z.tuple([z.string(), z.number(), z.number(), z.string()]))
const offeredSchema = z.tuple([z.array(z.string()), admittedSchema])

/** Whether turns in work are still there is looked at by offers, so often at most. */
const checkEveryMs = 5_000
/** How long a process may take to queue a turn that was let in. */
const queuedWithinMs = 500

export function createTurns(redis: RedisConnection, queues: WorkQueues): Turns {
  const waitingTenants = createWaitingTenants(redis)
  const checkedAt = new Map<TenantId, number>()

  const run = async (script: RedisScript, tenantId: TenantId, args: readonly (string | number)[]): Promise<unknown> => {
    const { waiting, inWork, cursors, sequence } = turnKeys(tenantId)
    const limits = [turnsPerTenant, backfillTurnsPerTenant, contentsPerTurn]
    return script(redis, [waiting, inWork, cursors, sequence], [...limits, tenantId, ...args])
  }

  const queueAdmitted = async (tenantId: TenantId, admitted: z.infer<typeof admittedSchema>): Promise<void> => {
    const queue = ([entry, offset, count, turnId]: (typeof admitted)[number]): Promise<void> =>
      queues.turn({ tenantId, entryKey: entry.replace(/^\w+ /, ''), offset, count, turnId })
    await Promise.all(admitted.map(queue))
  }

  const release = async (tenantId: TenantId, turnIds: readonly string[]): Promise<void> =>
    queueAdmitted(tenantId, admittedSchema.parse(await run(releaseScript, tenantId, turnIds)))

  const findMissing = async (turnIds: readonly string[]): Promise<string[]> => {
    const isThere = await Promise.all(turnIds.map((turnId) => queues.hasTurn(turnId)))
    return turnIds.filter((_, index) => !isThere[index])
  }

  /** A turn taken by a process that died before queueing it, or whose job ended without a word, gives its place back. */
  const findLost = async (tenantId: TenantId, turnIds: readonly string[]): Promise<string[]> => {
    if (turnIds.length === 0 || performance.now() < (checkedAt.get(tenantId) ?? Number.NEGATIVE_INFINITY) + checkEveryMs) return []
    checkedAt.set(tenantId, performance.now())
    const missing = await findMissing(turnIds)
    if (missing.length === 0) return []
    await delay(queuedWithinMs)
    return findMissing(missing)
  }

  return {
    offer: async ({ tenantId, entryKey, total, expiration, lane }) => {
      await waitingTenants.add(tenantId)
      const offer = [lane, entryKey, lane === 'incident' ? expiration - incidentLeadMs : expiration, total]
      const [before, admitted] = offeredSchema.parse(await run(offerScript, tenantId, offer))
      await queueAdmitted(tenantId, admitted)
      const lost = await findLost(tenantId, before)
      if (lost.length === 0) return
      await release(tenantId, lost)
      // What was lost may have been of this entry, and kept it out.
      const [, again] = offeredSchema.parse(await run(offerScript, tenantId, offer))
      await queueAdmitted(tenantId, again)
    },
    release: (tenantId, turnId) => release(tenantId, [turnId]),
  }
}
