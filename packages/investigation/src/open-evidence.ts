import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type Abortable, dayMs, type Interval, type TenantId, utcDate } from '@mailtrail/core'
import { emailEventsPrefix, type ObjectStore, packingOf } from '@mailtrail/lake'
import { fetchLines } from './fetch-lines.ts'
import { openItemsCache } from './items/items-cache.ts'
import type { LineCounts } from './items/line-counts.ts'
import { loadItems } from './items/load-items.ts'
import { lineTable, loadLines } from './load-lines.ts'
import { vouchBetweenMs } from './mailbox-coverage.ts'
import { repairEmailLines } from './repair-lines.ts'
import { emailEventCounts, emailEvents, emailTexts, messages, readableEmailLines } from './sql/emails.ts'
import { macros } from './sql/macros.ts'
import { mailboxes } from './sql/mailboxes.ts'

/** One tenant's evidence about one time, loaded. Dispose of it to remove the local copies. */
export interface Evidence extends AsyncDisposable {
  readonly tenantId: TenantId
  readonly range: Interval
  /** What whoever asks should know of how the evidence was read; it changes no answer. */
  readonly notes: readonly string[]
  /** A connection of its own temporary tables; the caller closes it. */
  connect(): Promise<DuckDBConnection>
}

export interface EvidenceOptions extends Abortable {
  /** Whether the EmailEvents are loaded too; they are by default. */
  readonly withEmails?: boolean
  /** Where copies of items files are kept; in the user's cache by default. */
  readonly cacheFolder?: string
}

/** Beyond this DuckDB spills into the private folder. */
const memoryLimit = '1GB'

/** Dates are of the record's time and the asked time may cut a day, so the neighbours are read too. */
const marginMs = dayMs

/**
 * Opens the tenant's MailItemsAccessed records of `range` and all its EmailEvents in a private DuckDB. Records up to 7 days either side come
 * along, for they vouch that a mailbox was audited. What is compacted is read from items, the rest from raw.
 *
 * @param range - UTC milliseconds, half-open
 * @throws {@link MailtrailError} `EVIDENCE_UNREADABLE`, and what the lake throws
 */
export async function openEvidence(
  lake: ObjectStore,
  tenantId: TenantId,
  range: Interval,
  { signal, cacheFolder, withEmails = true }: EvidenceOptions = {},
): Promise<Evidence> {
  await using parts = new AsyncDisposableStack()
  const folder = parts.adopt(await mkdtemp(join(tmpdir(), 'mailtrail-evidence-')), (path) => rm(path, { recursive: true, force: true }))
  const cache = parts.use(await openItemsCache(cacheFolder).catch(() => openItemsCache(join(folder, 'items'))))
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memoryLimit,
    threads: '4',
    temp_directory: join(folder, 'spill'),
    autoinstall_known_extensions: 'false',
  })
  parts.defer(() => instance.closeSync())
  const notes = await load(instance, { lake, tenantId, range, folder, cache, withEmails, signal })
  const opened = parts.move()
  return { tenantId, range, notes, connect: () => instance.connect(), [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

interface Load extends Abortable {
  readonly lake: ObjectStore
  readonly tenantId: TenantId
  readonly range: Interval
  readonly folder: string
  readonly cache: Awaited<ReturnType<typeof openItemsCache>>
  readonly withEmails: boolean
}

async function load(
  instance: DuckDBInstance,
  { lake, tenantId, range, folder, cache, withEmails, signal }: Load,
): Promise<readonly string[]> {
  const connection = await instance.connect()
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt)
  try {
    await connection.run(macros)
    const expanded = { from: range.from - marginMs, to: range.to + marginMs }
    const { lines, files, notes } = await loadItems(connection, lake, { tenantId, dates: datesOf(range), expanded, cache, folder, signal })
    await loadEmails(connection, { lake, tenantId, folder, withEmails, signal })
    // What follows reads attacker-written text, and needs no network and no other file.
    await connection.run(`SET allowed_paths = [${files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ')}]`)
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
    signal?.throwIfAborted()
    await buildTables(connection, tenantId, lines)
    signal?.throwIfAborted()
    return notes
  } finally {
    signal?.removeEventListener('abort', interrupt)
    connection.closeSync()
  }
}

async function loadEmails(
  connection: DuckDBConnection,
  { lake, tenantId, folder, withEmails, signal }: Omit<Load, 'range' | 'cache'>,
): Promise<void> {
  await connection.run(lineTable('email_lines'))
  if (!withEmails) return
  const keys = (await Array.fromAsync(lake.list(emailEventsPrefix(tenantId), { signal }))).filter(packingOf)
  for await (const batch of fetchLines(lake, keys, { folder, maxBytes: maxBatchBytes, signal }))
    await loadLines(connection, 'email_lines', batch)
}

const maxBatchBytes = 256 * 1024 * 1024

async function buildTables(connection: DuckDBConnection, tenantId: TenantId, lines: LineCounts): Promise<void> {
  const { read, unreadable, otherTenant, otherOperation } = lines
  const counts = `${read} AS read, ${unreadable} AS unreadable, ${otherTenant} AS "otherTenant", ${otherOperation} AS "otherOperation"`
  await connection.run(`CREATE TABLE line_counts AS SELECT ${counts}`)
  await connection.run(mailboxes)
  await repairEmailLines(connection)
  await connection.run(readableEmailLines)
  await connection.run(emailTexts)
  await connection.run(emailEvents, { tenant: tenantId })
  await connection.run(messages)
  await connection.run(emailEventCounts, { tenant: tenantId })
  await connection.run('DROP VIEW readable_email_lines; DROP TABLE email_texts; DROP TABLE email_lines')
}

function datesOf({ from, to }: Interval): string[] {
  const reach = marginMs + vouchBetweenMs
  const days = Math.ceil((to - from + 2 * reach) / dayMs) + 1
  const dates = new Set(Array.from({ length: days }, (_, day) => utcDate(Math.min(from - reach + day * dayMs, to + reach))))
  return [...dates, 'unknown']
}
