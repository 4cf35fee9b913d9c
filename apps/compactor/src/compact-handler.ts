import { expiredDates, type Retention, retentionOf } from '@mailtrail/core'
import { compactDate } from '@mailtrail/investigation'
import type { ObjectStore } from '@mailtrail/lake'
import type { CompactTask, Handler } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import { readTenant, type TenantLakes } from '@mailtrail/tenants'

export interface CompactDeps {
  readonly fleetLake: ObjectStore
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly clock: Pick<Clock, 'now'>
  /** Of tenants that say nothing else. */
  readonly retention: Retention
}

/** Brings the items of one tenant and date up to date, unless they are past their retention: raw is kept longer, and answers. */
export function createCompactHandler({ fleetLake, lakes, clock, retention: fleet }: CompactDeps): Handler<CompactTask> {
  return async ({ tenantId, date }, { signal, log }) => {
    const { retention } = await readTenant(fleetLake, tenantId, { signal })
    if (expiredDates([date], retentionOf(retention, fleet).itemsDays, clock.now()).length > 0) return
    const compaction = await compactDate(await lakes.open(tenantId, { signal }), tenantId, date, { signal })
    if (compaction.outcome === 'made') log.info({ event: 'items.made', date, objects: compaction.objects })
  }
}
