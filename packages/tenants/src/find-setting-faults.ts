import { contentTypes, findRetentionFaults, MailtrailError, type Retention, retentionOf } from '@mailtrail/core'
import { findTenantFaults, type Tenant } from './tenant.ts'
import { cloudOf, type NamedClouds } from './tenant-apis.ts'
import type { FleetApp } from './tenant-app.ts'

/** The parts of the configuration that registrations refer to. */
export interface FleetSettings {
  readonly app?: FleetApp | undefined
  readonly clouds: NamedClouds
  readonly destinations: readonly { readonly name: string }[]
  /** The operations that are kept, by content type. */
  readonly routes: Readonly<Record<string, readonly string[]>>
  /** How long evidence of tenants is kept that say nothing else. */
  readonly retention: Retention
}

/** What of a tenant, and of the content types to collect, the fleet's configuration does not bear out. Each fault is led by its field. */
export function findSettingFaults(tenant: Tenant, collected: readonly string[], fleet: FleetSettings): string[] {
  const known = fleet.destinations.map(({ name }) => name)
  const strangers = (tenant.destinations ?? []).filter((name) => !known.includes(name))
  return [
    ...cloudFaults(tenant.cloud, fleet.clouds),
    ...(tenant.clientId === undefined && !fleet.app ? ['clientId is missing, and mailtrail.yaml names no app for all'] : []),
    ...strangers.map((name) => `destinations has "${name}", which mailtrail.yaml does not name`),
    ...findRetentionFaults(retentionOf(tenant.retention, fleet.retention)),
    ...collected.flatMap((contentType) => contentTypeFaults(contentType, fleet)),
  ]
}

/** @throws {@link MailtrailError} `TENANT_INVALID` with every fault of the tenant itself and of what it refers to */
export function requireFittingTenant(tenant: Tenant, collected: readonly string[], fleet: FleetSettings): void {
  const faults = [...findTenantFaults(tenant), ...findSettingFaults(tenant, collected, fleet)]
  if (faults.length > 0) throw new MailtrailError('TENANT_INVALID', `Tenant ${tenant.tenantId}: ${faults.join('; ')}.`)
}

function cloudFaults(name: string, clouds: NamedClouds): string[] {
  try {
    cloudOf(name, clouds)
    return []
  } catch (error) {
    if (error instanceof MailtrailError) return [`cloud: ${error.message}`]
    throw error
  }
}

function contentTypeFaults(contentType: string, { routes }: FleetSettings): string[] {
  if (!contentTypes.some((known) => known === contentType))
    return [`contentTypes has "${contentType}": it is one of ${contentTypes.join(', ')}`]
  if (routes[contentType]) return []
  return [`contentTypes has ${contentType}, of which nothing would be kept: name its operations under routes in mailtrail.yaml`]
}
