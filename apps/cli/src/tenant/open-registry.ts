import { type ObjectStore, openLake } from '@mailtrail/lake'
import { loadLakeLocation } from '@mailtrail/runtime'

/** The fleet's lake, where the registry of tenants is. */
export function openRegistry(location: string | undefined): Promise<ObjectStore> {
  return openLake(loadLakeLocation(location, process.env))
}
