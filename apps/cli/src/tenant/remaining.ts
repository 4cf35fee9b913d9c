import { type CoverageInterval, hourMs, type TenantId } from '@mailtrail/core'
import {
  alertPrefix,
  deadLetterPrefix,
  emailEventsPrefix,
  itemsPrefix,
  ledgerPrefix,
  type ObjectStore,
  quarantinePrefix,
  rawPrefix,
} from '@mailtrail/lake'

/** How many hours of the intervals are in each state. */
export function hoursByState(intervals: readonly CoverageInterval[]): Record<string, number> {
  const hours: Record<string, number> = {}
  for (const { state, from, to } of intervals) hours[state] = (hours[state] ?? 0) + (to - from) / hourMs
  return hours
}

/** The prefixes below which the lake holds something of the tenant. */
export async function remainingPrefixes(lake: ObjectStore, tenantId: TenantId, operations: readonly string[]): Promise<string[]> {
  const prefixes = [
    ...operations.map((operation) => rawPrefix(operation, tenantId)),
    ledgerPrefix(tenantId),
    alertPrefix(tenantId),
    quarantinePrefix(tenantId),
    deadLetterPrefix(tenantId),
    emailEventsPrefix(tenantId),
    itemsPrefix(tenantId),
  ]
  const held: string[] = []
  for (const prefix of prefixes) if (await holdsAny(lake, prefix)) held.push(prefix)
  return held
}

async function holdsAny(lake: ObjectStore, prefix: string): Promise<boolean> {
  for await (const _ of lake.list(prefix)) return true
  return false
}
