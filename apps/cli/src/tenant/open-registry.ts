import type { ObjectStore } from '@mailtrail/lake'
import { loadLakeSettings } from '@mailtrail/runtime'
import { openFleetLake } from '@mailtrail/tenants'

/** The fleet's lake, where the registry of tenants is. */
export function openRegistry(location: string | undefined): Promise<ObjectStore> {
  return openFleetLake(loadLakeSettings(location, process.env))
}
