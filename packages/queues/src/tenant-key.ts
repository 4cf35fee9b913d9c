import type { TenantId } from '@mailtrail/core'

/** A key of one tenant. The braces keep all of a tenant's on one node of a cluster, so that one command may name several. */
export function tenantKey(tenantId: TenantId, name: string): string {
  return `mailtrail:{${tenantId}}:${name}`
}
