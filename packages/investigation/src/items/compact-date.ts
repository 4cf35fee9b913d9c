import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import { itemsKey, type ObjectStore, packingOf, rawPrefix } from '@mailtrail/lake'
import { fetchLines } from '../fetch-lines.ts'
import { objectName } from '../object-name.ts'
import { compactedView, dropRepeats, itemsFile, itemsView } from '../sql/items.ts'
import { macros } from '../sql/macros.ts'
import { addItemRows, digestLine } from './add-item-rows.ts'
import { fetchItems } from './fetch-items.ts'
import { itemsSchema } from './item-columns.ts'
import { formatItemsManifest, type ItemsManifest, readItemsManifest } from './items-manifest.ts'
import { addLineCounts } from './line-counts.ts'
import { isSealIntact, sealItems } from './seal-items.ts'

/**
 * `made`: the items now hold every raw object that was listed. `current`: they did already, or are of a newer release. `none`: there is
 * nothing to make them of.
 */
export interface Compaction {
  readonly outcome: 'made' | 'current' | 'none'
  /** Raw objects that were added. */
  readonly objects: number
}

/** DuckDB spills beyond this; with what this process holds beside it, a date stays below 1 GiB however large it is. */
const memoryLimit = '256MB'
const maxBatchBytes = 16 * 1024 * 1024

/** Whoever is overtaken by another compactor looks again what is left to do. */
const tries = 3

/**
 * Makes the items of a date hold its raw objects. What the items hold already is taken from there, so late data costs what it is; items that
 * cannot be read are made anew from all raw objects. The file is replaced whole, and only if nobody else did meanwhile.
 *
 * @throws {@link MailtrailError} `ITEMS_CONTENDED`, `EVIDENCE_UNREADABLE`, and what the lake throws
 */
export async function compactDate(lake: ObjectStore, tenantId: TenantId, date: string, options: Abortable = {}): Promise<Compaction> {
  for (let triesLeft = tries; triesLeft > 0; triesLeft -= 1) {
    const compaction = await tryToCompact(lake, tenantId, date, options)
    if (compaction) return compaction
  }
  throw new MailtrailError(
    'ITEMS_CONTENDED',
    `The items of ${date} of tenant ${tenantId} were replaced by others ${tries} times in a row.`,
    {
      retry: { again: true },
    },
  )
}

async function tryToCompact(lake: ObjectStore, tenantId: TenantId, date: string, { signal }: Abortable): Promise<Compaction | undefined> {
  const key = itemsKey(tenantId, date)
  const listed = await Array.fromAsync(lake.list(rawPrefix('MailItemsAccessed', tenantId, date), { signal }))
  const raw = listed.filter(packingOf)
  await using parts = new AsyncDisposableStack()
  const folder = parts.adopt(await mkdtemp(join(tmpdir(), 'mailtrail-compaction-')), (path) => rm(path, { recursive: true, force: true }))
  const [before, after] = [join(folder, 'before.parquet'), join(folder, 'after.parquet')]
  const etag = await fetchItems(lake, key, () => before, { signal })
  const connection = await openDuckDb(parts, folder)
  const manifest = etag === undefined || !(await isSealIntact(before)) ? undefined : await readItemsManifest(connection, before)
  if (manifest === 'newer') return { outcome: 'current', objects: 0 }
  const held = new Set(manifest?.raw)
  const fresh = raw.filter((name) => !held.has(objectName(name)))
  if (fresh.length === 0) return { outcome: etag === undefined ? 'none' : 'current', objects: 0 }

  const batches = fetchLines(lake, fresh, { folder, maxBytes: maxBatchBytes, digest: digestLine, signal })
  const lines = await addItemRows(connection, batches, { tenantId, expanded: { from: 0, to: farFuture } })
  const kept = manifest ? [before] : []
  await connection.run(compactedView(kept))
  await connection.run(dropRepeats)
  await connection.run(itemsView(kept))
  await writeItems(connection, after, {
    schema: itemsSchema,
    raw: [...held, ...fresh.map(objectName)].sort(),
    lines: manifest ? addLineCounts(manifest.lines, lines) : lines,
  })
  const stored =
    etag === undefined ? await lake.create(key, { path: after }, { signal }) : await lake.replace(key, { path: after }, etag, { signal })
  return stored === 'created' || stored === 'replaced' ? { outcome: 'made', objects: fresh.length } : undefined
}

const farFuture = Date.UTC(2101, 0, 1)

async function openDuckDb(parts: AsyncDisposableStack, folder: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memoryLimit,
    threads: '2',
    temp_directory: join(folder, 'spill'),
    autoinstall_known_extensions: 'false',
  })
  parts.defer(() => instance.closeSync())
  const connection = await instance.connect()
  parts.defer(() => connection.closeSync())
  await connection.run(macros)
  return connection
}

async function writeItems(connection: DuckDBConnection, path: string, manifest: ItemsManifest): Promise<void> {
  await connection.run('SET VARIABLE manifest = $manifest', { manifest: formatItemsManifest(manifest) })
  await connection.run(itemsFile(path))
  await sealItems(path)
}
