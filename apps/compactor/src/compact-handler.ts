import { compactDate } from '@mailtrail/investigation'
import type { CompactTask, Handler } from '@mailtrail/queues'
import type { TenantLakes } from '@mailtrail/tenants'

export interface CompactDeps {
  readonly lakes: Pick<TenantLakes, 'open'>
}

/** Brings the items of one tenant and date up to date. */
export function createCompactHandler({ lakes }: CompactDeps): Handler<CompactTask> {
  return async ({ tenantId, date }, { signal, log }) => {
    const compaction = await compactDate(await lakes.open(tenantId, { signal }), tenantId, date, { signal })
    if (compaction.outcome === 'made') log.info({ event: 'items.made', date, objects: compaction.objects })
  }
}
