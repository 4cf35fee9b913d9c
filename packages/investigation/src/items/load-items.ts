import type { DuckDBConnection } from '@duckdb/node-api'
import { type Abortable, type Interval, mapConcurrently, type TenantId } from '@mailtrail/core'
import { itemsKey, type ObjectStore, packingOf, rawPrefix } from '@mailtrail/lake'
import { fetchLines } from '../fetch-lines.ts'
import { objectName } from '../object-name.ts'
import { compactedView, dropRepeats, itemsView } from '../sql/items.ts'
import { addItemRows, digestLine } from './add-item-rows.ts'
import type { ItemsCache } from './items-cache.ts'
import { readItemsManifest } from './items-manifest.ts'
import { addLineCounts, type LineCounts } from './line-counts.ts'

export interface LoadItemsOptions extends Abortable {
  readonly tenantId: TenantId
  readonly dates: readonly string[]
  /** See {@link addItemRows}. */
  readonly expanded: Interval
  readonly cache: ItemsCache
  /** For what is read meanwhile. */
  readonly folder: string
}

/** All rows of the dates are in the view `items`. */
export interface LoadedItems {
  readonly lines: LineCounts
  /** Local Parquet files that the view reads. */
  readonly files: readonly string[]
  /** Where items were left aside, and why. */
  readonly notes: readonly string[]
}

/** Text that is held beside its rows at a time. */
const maxBatchBytes = 64 * 1024 * 1024

const datesAtOnce = 4

/**
 * Brings together what is compacted and what is not: each raw object's records come from the items file that names it, or else from the
 * object. Which of both it is does not change a row.
 */
export async function loadItems(
  connection: DuckDBConnection,
  lake: ObjectStore,
  { tenantId, dates, expanded, cache, folder, signal }: LoadItemsOptions,
): Promise<LoadedItems> {
  const opened = await mapConcurrently(dates, { limit: datesAtOnce, signal }, async (date, either) => {
    // A raw object that comes between the two is read, whichever of them it missed.
    const file = await cache.open(lake, itemsKey(tenantId, date), { signal: either })
    const raw = await Array.fromAsync(lake.list(rawPrefix('MailItemsAccessed', tenantId, date), { signal: either }))
    return { date, file, raw: raw.filter(packingOf) }
  })
  const parts: DatePart[] = []
  for (const { date, file, raw } of opened) parts.push({ date, ...(await splitDate(connection, date, file, raw)) })

  const fresh = parts.flatMap((part) => part.fresh)
  const batches = fetchLines(lake, fresh, { folder, maxBytes: maxBatchBytes, digest: digestLine, signal })
  const own = await addItemRows(connection, batches, { tenantId, expanded })
  await connection.run(compactedView(parts.flatMap((part) => (part.fresh.length > 0 && part.file ? [part.file] : []))))
  if (fresh.length > 0) await connection.run(dropRepeats)
  const files = parts.flatMap(({ file }) => (file ? [file] : []))
  await connection.run(itemsView(files))
  return {
    lines: parts.reduce((sum, { lines }) => (lines ? addLineCounts(sum, lines) : sum), own),
    files,
    notes: parts.flatMap(({ note }) => (note ? [note] : [])),
  }
}

interface DatePart {
  readonly date: string
  readonly file?: string
  readonly lines?: LineCounts
  /** Raw objects that the file does not hold. */
  readonly fresh: readonly string[]
  readonly note?: string
}

async function splitDate(
  connection: DuckDBConnection,
  date: string,
  file: string | 'damaged' | undefined,
  raw: readonly string[],
): Promise<Omit<DatePart, 'date'>> {
  if (file === undefined) return { fresh: raw }
  const manifest = file === 'damaged' ? undefined : await readItemsManifest(connection, file)
  if (manifest === undefined) return { fresh: raw, note: `The items of ${date} are damaged or outdated, so its raw objects were read.` }
  if (manifest === 'newer') return { fresh: raw, note: `The items of ${date} are of a newer release, so its raw objects were read.` }
  const held = new Set(manifest.raw)
  return { file, lines: manifest.lines, fresh: raw.filter((key) => !held.has(objectName(key))) }
}
