import type { Abortable, TenantId } from '@mailtrail/core'
import { alertKey, alertPrefix, deliveredKey, type ObjectStore } from '@mailtrail/lake'
import type { AlertDelivery, AlertRef } from './alert-store.ts'

/** Partitions from `from` to `to`, both included, as `YYYY-MM-DD`. */
export interface DateRange {
  readonly from: string
  readonly to: string
}

interface StoredAlert extends AlertRef {
  /** All keys of the alert: its own, and one a delivery. */
  readonly keys: Set<string>
}

/**
 * Every alert of the tenant in `range` that a destination has not accepted yet, by date.
 *
 * One pass over the keys, holding those of a single alert at a time: no alert is opened.
 */
export async function* undeliveredAlerts(
  lake: ObjectStore,
  tenantId: TenantId,
  destinations: readonly string[],
  range: DateRange,
  options: Abortable = {},
): AsyncGenerator<AlertDelivery, void, undefined> {
  for await (const { keys, date, alertId } of storedAlerts(lake, tenantId, range, options)) {
    if (!keys.has(alertKey(tenantId, date, alertId))) continue
    for (const destination of destinations) {
      if (!keys.has(deliveredKey(tenantId, date, alertId, destination))) yield { tenantId, date, alertId, destination }
    }
  }
}

/** An alert's keys begin alike and come in order, so each alert is whole when the next one's first key appears. */
async function* storedAlerts(
  lake: ObjectStore,
  tenantId: TenantId,
  range: DateRange,
  options: Abortable,
): AsyncGenerator<StoredAlert, void, undefined> {
  let current: StoredAlert | undefined
  for await (const key of lake.list(alertPrefix(tenantId), options)) {
    const { date, alertId } = partsOf(key) ?? {}
    if (date === undefined || alertId === undefined || date < range.from) continue
    if (date > range.to) break
    if (current?.date !== date || current.alertId !== alertId) {
      if (current) yield current
      current = { tenantId, date, alertId, keys: new Set() }
    }
    current.keys.add(key)
  }
  if (current) yield current
}

const place = /\/date=(?<date>\d{4}-\d{2}-\d{2})\/(?<alertId>[0-9a-f]{32})\.[^/]+$/

function partsOf(key: string): { readonly date?: string; readonly alertId?: string } | undefined {
  return place.exec(key)?.groups
}
