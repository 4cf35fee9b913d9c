import { findRetentionFaults, MailtrailError, type Retention, retentionOf } from '@mailtrail/core'
import type { ObjectStore, RetireResult } from '@mailtrail/lake'
import type { Handler, RetainTask, WorkQueues } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import { readKeptOperations, readTenant, type TenantLakes } from '@mailtrail/tenants'
import { LockedDates } from './locked-dates.ts'
import { retentionTime } from './retention-time.ts'
import { retireExpired } from './retire-expired.ts'

export interface RetainDeps {
  readonly fleetLake: ObjectStore
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly queues: Pick<WorkQueues, 'retain'>
  readonly clock: Pick<Clock, 'now'>
  /** Of tenants that say nothing else. */
  readonly retention: Retention
}

/** Partitions of one job at most; the rest waits behind the other tenants. */
const partitionsAtOnce = 100

/** Applies the retention of one tenant. Done twice, late, or by two at once, it removes the same. */
export function createRetainHandler({ fleetLake, lakes, queues, clock, retention: fleet }: RetainDeps): Handler<RetainTask> {
  const locked = new LockedDates()
  return async ({ tenantId }, { signal, log }) => {
    const tenant = await readTenant(fleetLake, tenantId, { signal })
    const retention = retentionOf(tenant.retention, fleet)
    if (Object.values(retention).every((days) => days === undefined)) return
    if (tenant.legalHold) {
      log.info({ event: 'retention.held', since: tenant.legalHold.since })
      return
    }
    const [fault] = findRetentionFaults(retention)
    if (fault)
      throw new MailtrailError('RETENTION_INVALID', `Nothing of tenant ${tenantId} is removed: ${fault}. Mend it, or mailtrail.yaml.`)
    const lake = await lakes.open(tenantId, { signal })
    const now = await retentionTime({ fleetLake, lake }, tenantId, clock.now(), { signal })
    if (now === undefined) {
      log.warn({ event: 'retention.time_unknown' })
      return
    }
    const operations = await readKeptOperations(fleetLake, { signal })
    const context = { fleetLake, lake, tenantId, retention, operations, now, locked, signal }
    const done = new Map<string, RetireResult & { readonly partitions: number }>()
    let left = partitionsAtOnce
    for await (const { kind, date: _, ...result } of retireExpired(context)) {
      if (result.removed + result.locked === 0) continue
      done.set(kind, added(done.get(kind), result))
      left -= 1
      if (left === 0) break
    }
    for (const [kind, result] of done) log.info({ event: 'retention.applied', kind, ...result })
    if (left === 0) await queues.retain({ tenantId })
  }
}

function added(
  sum: (RetireResult & { readonly partitions: number }) | undefined,
  { removed, bytes, locked, lockedUntil }: RetireResult,
): RetireResult & { readonly partitions: number } {
  if (!sum) return { partitions: 1, removed, bytes, locked, lockedUntil }
  const until = Math.max(sum.lockedUntil ?? 0, lockedUntil ?? 0)
  return {
    partitions: sum.partitions + 1,
    removed: sum.removed + removed,
    bytes: sum.bytes + bytes,
    locked: sum.locked + locked,
    lockedUntil: until === 0 ? undefined : until,
  }
}
