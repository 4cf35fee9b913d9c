import type { ObjectStore } from '@mailtrail/lake'
import { loadTenantSettings } from '@mailtrail/runtime'
import { createTenantLakes, type TenantLakes } from '@mailtrail/tenants'

/** Each tenant's lake, with the settings that the configuration has for it. */
export function openTenantLakes(fleetLake: ObjectStore): TenantLakes {
  return createTenantLakes(fleetLake, loadTenantSettings(process.env).lakes)
}
