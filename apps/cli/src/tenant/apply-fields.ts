import type { Retention } from '@mailtrail/core'
import { retentionForAll, type Tenant } from '@mailtrail/tenants'
import type { FieldOptions } from './field-options.ts'

/** The tenant with the given fields in place of its own. */
export function applyFields(tenant: Tenant, options: FieldOptions): Tenant {
  const leavesOwnApp = options.clientId === 'none'
  return {
    ...tenant,
    displayName: options.name ?? tenant.displayName,
    cloud: options.cloud ?? tenant.cloud,
    clientId: choose(options.clientId, tenant.clientId),
    credentials: leavesOwnApp ? [] : (options.credential ?? tenant.credentials),
    publisherId: choose(options.publisherId, tenant.publisherId),
    tags: options.tag ?? tenant.tags,
    retention: retentionFrom(options, tenant.retention),
    destinations: options.destination?.includes('none') ? undefined : (options.destination ?? tenant.destinations),
    requestsPerMinute: choose(options.requestsPerMinute, tenant.requestsPerMinute),
  }
}

function retentionFrom({ retentionDays, ...options }: FieldOptions, known: Retention | undefined): Retention | undefined {
  const all = typeof retentionDays === 'number' ? retentionForAll(retentionDays) : undefined
  const before = retentionDays === undefined ? known : all
  const retention = {
    rawDays: choose(options.rawDays, before?.rawDays),
    itemsDays: choose(options.itemsDays, before?.itemsDays),
    emailEventsDays: choose(options.emailEventsDays, before?.emailEventsDays),
  }
  return Object.values(retention).some((days) => days !== undefined) ? retention : undefined
}

function choose<Value>(given: Value | 'none' | undefined, known: Value | undefined): Value | undefined {
  if (given === 'none') return undefined
  return given ?? known
}
