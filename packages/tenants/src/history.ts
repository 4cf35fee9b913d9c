import { type Abortable, type HistoryEvent, historyEventSchema, mapConcurrently, type TenantId } from '@mailtrail/core'
import { historyKey, historyPrefix, type ObjectStore } from '@mailtrail/lake'

const readsAtOnce = 16

/** Adds a dated event to the tenant's history; the same event twice is one, and the second is told so. */
export async function recordHistory(
  lake: ObjectStore,
  tenantId: TenantId,
  event: HistoryEvent,
  options?: Abortable,
): Promise<'created' | 'exists'> {
  const name = 'contentType' in event ? `${event.kind}.${event.contentType}` : event.kind
  const body = Buffer.from(`${JSON.stringify({ schema: 1, ...event })}\n`)
  return lake.create(historyKey(tenantId, new Date(event.at).toISOString(), name), body, options)
}

/** The tenant's history, oldest first. */
export async function readHistory(lake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<HistoryEvent[]> {
  const keys = await Array.fromAsync(lake.list(historyPrefix(tenantId), options))
  const events = await mapConcurrently(keys, { limit: readsAtOnce, ...options }, async (key) => {
    const bytes = await lake.read(key, options)
    return bytes ? [historyEventSchema.parse(JSON.parse(Buffer.from(bytes).toString()))] : []
  })
  return events.flat()
}
