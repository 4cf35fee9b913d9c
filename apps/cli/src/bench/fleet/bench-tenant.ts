import { parseTenantId, type TenantId } from '@mailtrail/core'

/** The tenant of a bench with this number. */
export function benchTenant(number: number): TenantId {
  return parseTenantId(`${number.toString(16).padStart(8, '0')}-0000-4000-8000-00000000be4c`)
}
