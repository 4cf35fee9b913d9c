import type { Abortable, TenantId } from '@mailtrail/core'
import { type LakeOptions, type ObjectStore, openLake } from '@mailtrail/lake'
import { readTenant } from './registry.ts'
import { resolveSecret } from './secret.ts'

/** Settings of lakes by location, as the configuration has them. */
export type LakesConfig = LakeOptions['lakes']

/** Where each tenant's evidence, ledger and alerts are: in its own lake where it has one, else in the fleet's. */
export interface TenantLakes extends AsyncDisposable {
  /** @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_INVALID`, `LAKE_LOCATION_INVALID` */
  open(tenantId: TenantId, options?: Abortable): Promise<ObjectStore>
}

/** The lake of the whole fleet, with the settings that the configuration has for it. @throws {@link MailtrailError} as `openLake` of lake */
export function openFleetLake({ lake, lakes }: { readonly lake: string; readonly lakes: LakesConfig }): Promise<ObjectStore> {
  return openLake(lake, { lakes, readSecret: resolveSecret })
}

/** What failed to open is not tried again for this long: else each of its jobs would hold a worker until it fails too. */
const pauseMs = 10_000

/** Opens lakes as they are asked for; tenants of one location share one. The fleet's own lake stays the caller's to close. */
export function createTenantLakes(fleetLake: ObjectStore, lakes: LakesConfig): TenantLakes {
  // Neither entry ever gets stale: a tenant's lake is fixed when the tenant is added.
  const locations = new Map<TenantId, string | undefined>()
  const opened = new Map<string, Promise<ObjectStore>>()

  const locationOf = async (tenantId: TenantId, options?: Abortable): Promise<string | undefined> => {
    if (!locations.has(tenantId)) locations.set(tenantId, (await readTenant(fleetLake, tenantId, options)).lake)
    return locations.get(tenantId)
  }

  const openShared = (location: string): Promise<ObjectStore> => {
    const known = opened.get(location)
    if (known !== undefined) return known
    const lake = openLake(location, { lakes, readSecret: resolveSecret })
    opened.set(location, lake)
    lake.catch(() => setTimeout(() => opened.delete(location), pauseMs).unref())
    return lake
  }

  return {
    open: async (tenantId, options) => {
      const location = await locationOf(tenantId, options)
      return location === undefined ? fleetLake : openShared(location)
    },
    [Symbol.asyncDispose]: async () => {
      for (const lake of await Promise.allSettled(opened.values())) {
        if (lake.status === 'fulfilled') await lake.value[Symbol.asyncDispose]()
      }
    },
  }
}
