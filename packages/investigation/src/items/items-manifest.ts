import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import { itemsSchema } from './item-columns.ts'
import { type LineCounts, lineCountsSchema } from './line-counts.ts'
import { unsealed } from './seal-items.ts'

/**
 * What an items file says of itself, in its own Parquet metadata, so that data and manifest cannot part.
 */
export interface ItemsManifest {
  readonly schema: number
  /** Names of the raw objects whose records the file holds, in the partition of its date. */
  readonly raw: readonly string[]
  /** What became of their lines. */
  readonly lines: LineCounts
}

/** The key of the metadata that holds it. */
export const manifestKey = 'mailtrail'

const anySchema = z.object({ schema: z.number().int() })
const manifestSchema: z.ZodType<ItemsManifest> = z.object({
  schema: z.literal(itemsSchema),
  raw: z.array(z.string()),
  lines: lineCountsSchema,
})

/** As it stands in the file, with the place of its seal. */
export function formatItemsManifest(manifest: ItemsManifest): string {
  return JSON.stringify({ ...manifest, sha256: unsealed })
}

/** The manifest of a local items file; `newer` where it is of a later release's schema, and undefined where there is none to be used. */
export async function readItemsManifest(connection: DuckDBConnection, path: string): Promise<ItemsManifest | 'newer' | undefined> {
  try {
    const found = await connection.runAndReadAll('SELECT decode(value) FROM parquet_kv_metadata($path) WHERE decode(key) = $key', {
      path,
      key: manifestKey,
    })
    const value: unknown = JSON.parse(String(found.getRows()[0]?.[0]))
    if (anySchema.parse(value).schema > itemsSchema) return 'newer'
    return manifestSchema.parse(value)
  } catch {
    return undefined
  }
}
