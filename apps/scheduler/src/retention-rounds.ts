import { type Abortable, dayMs, type Retention, retentionOf, type TenantId, utcDate } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { WorkQueues } from '@mailtrail/queues'
import { readTenant } from '@mailtrail/tenants'

export interface RetentionRoundsDeps {
  readonly fleetLake: ObjectStore
  readonly queues: Pick<WorkQueues, 'retain'>
  /** Of tenants that say nothing else. */
  readonly retention: Retention
}

/** Has the retention of each tenant applied once a day and after a start, each at a time of day of its own, so that not all come at once. */
export class RetentionRounds {
  readonly #deps: RetentionRoundsDeps
  readonly #offered = new Map<TenantId, string>()

  constructor(deps: RetentionRoundsDeps) {
    this.#deps = deps
  }

  async offer(tenantId: TenantId, now: number, options?: Abortable): Promise<void> {
    const round = utcDate(now - timeOfDay(tenantId))
    if (this.#offered.get(tenantId) === round) return
    const { retention } = await readTenant(this.#deps.fleetLake, tenantId, options)
    const isLimited = Object.values(retentionOf(retention, this.#deps.retention)).some((days) => days !== undefined)
    if (isLimited) await this.#deps.queues.retain({ tenantId })
    this.#offered.set(tenantId, round)
  }
}

function timeOfDay(tenantId: TenantId): number {
  return Number.parseInt(tenantId.slice(0, 8), 16) % dayMs
}
