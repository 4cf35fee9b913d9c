import { type Abortable, type HistoryEvent, historyEventSchema, type TenantId } from '@mailtrail/core'
import { historyKey, historyPrefix, type ObjectStore } from '@mailtrail/lake'

/** Adds a dated event to the tenant's history; the same event twice is one. */
export async function recordHistory(lake: ObjectStore, tenantId: TenantId, event: HistoryEvent, options?: Abortable): Promise<void> {
  const name = 'contentType' in event ? `${event.kind}.${event.contentType}` : event.kind
  const body = Buffer.from(`${JSON.stringify({ schema: 1, ...event })}\n`)
  await lake.create(historyKey(tenantId, new Date(event.at).toISOString(), name), body, options)
}

/** The tenant's history, oldest first. */
export async function readHistory(lake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = []
  for await (const key of lake.list(historyPrefix(tenantId), options)) {
    const bytes = await lake.read(key, options)
    if (bytes) events.push(historyEventSchema.parse(JSON.parse(Buffer.from(bytes).toString())))
  }
  return events
}
