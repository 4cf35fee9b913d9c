import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type Abortable, dayMs, type Interval, isExchangeOnlineAddress, normalizeAddress, type TenantId, utcDate } from '@mailtrail/core'
import { emailEventsPrefix, type ObjectStore, rawPrefix } from '@mailtrail/lake'
import { appendRows } from './append-rows.ts'
import { digestRepeats } from './digest-repeats.ts'
import { fetchObjects } from './fetch-objects.ts'
import { loadLines } from './load-lines.ts'
import { vouchBetweenMs } from './mailbox-coverage.ts'
import { repairEmailLines, repairLines } from './repair-lines.ts'
import { emailEvents, messages, readableEmailLines } from './sql/emails.ts'
import { macros } from './sql/macros.ts'
import { accesses, deliveries, mailboxes, readableLines, records, syncs } from './sql/records.ts'

/** One tenant's evidence about one time, loaded. Dispose of it to remove the local copies. */
export interface Evidence extends AsyncDisposable {
  readonly tenantId: TenantId
  readonly range: Interval
  /** A connection of its own temporary tables; the caller closes it. */
  connect(): Promise<DuckDBConnection>
}

/** Beyond this DuckDB spills into the private folder. */
const memoryLimit = '1GB'

/** Dates are of the record's time and the asked time may cut a day, so the neighbours are read too. */
const marginMs = dayMs

/**
 * Loads the tenant's MailItemsAccessed records of `range` and all its EmailEvents from the lake into a private DuckDB. Records up to 7
 * days either side come along, for they vouch that a mailbox was audited.
 *
 * @param range - UTC milliseconds, half-open
 * @throws {@link MailtrailError} `EVIDENCE_UNREADABLE`, and what the lake throws
 */
export async function openEvidence(lake: ObjectStore, tenantId: TenantId, range: Interval, { signal }: Abortable = {}): Promise<Evidence> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-evidence-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: memoryLimit,
      threads: '4',
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
    })
    const close = async () => {
      instance.closeSync()
      await remove()
    }
    try {
      await load(instance, { lake, tenantId, range, folder, signal })
    } catch (error) {
      await close()
      throw error
    }
    return { tenantId, range, connect: () => instance.connect(), [Symbol.asyncDispose]: close }
  } catch (error) {
    await remove()
    throw error
  }
}

interface Load extends Abortable {
  readonly lake: ObjectStore
  readonly tenantId: TenantId
  readonly range: Interval
  readonly folder: string
}

async function load(instance: DuckDBInstance, { lake, tenantId, range, folder, signal }: Load): Promise<void> {
  const connection = await instance.connect()
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt)
  try {
    const raw = await fetchObjects(lake, rawPrefixes(tenantId, range), join(folder, 'raw'), { signal })
    const emails = await fetchObjects(lake, [emailEventsPrefix(tenantId)], join(folder, 'email-events'), { signal })
    await loadLines(connection, 'lines', raw)
    await loadLines(connection, 'email_lines', emails)
    await rm(raw.folder, { recursive: true })
    await rm(emails.folder, { recursive: true })
    // What follows reads attacker-written text, and needs no file or network.
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
    signal?.throwIfAborted()
    await buildTables(connection, tenantId, range)
    signal?.throwIfAborted()
  } finally {
    signal?.removeEventListener('abort', interrupt)
    connection.closeSync()
  }
}

async function buildTables(connection: DuckDBConnection, tenantId: TenantId, range: Interval): Promise<void> {
  const expanded = { from: range.from - marginMs, to: range.to + marginMs }
  const tenant = { tenant: tenantId }
  await connection.run(macros)
  await repairLines(connection)
  await connection.run(readableLines)
  await connection.run(deliveries)
  await digestRepeats(connection)
  await connection.run(records, tenant)
  await connection.run(accesses, expanded)
  await connection.run(syncs, expanded)
  await connection.run(mailboxes)
  await loadAddresses(connection)
  await repairEmailLines(connection)
  await connection.run(readableEmailLines)
  await connection.run(emailEvents, tenant)
  await connection.run(messages)
}

/** Addresses are compared as addresses, by core, and never as text. */
async function loadAddresses(connection: DuckDBConnection): Promise<void> {
  await connection.run('CREATE TABLE addresses (address VARCHAR, normalized VARCHAR, is_exchange_online BOOLEAN)')
  const raw = await connection.runAndReadAll('SELECT DISTINCT address FROM records WHERE address IS NOT NULL')
  const rows = raw.getRows().map(([text]): [string, string | null, boolean] => {
    const address = String(text)
    const normalized = normalizeAddress(address)
    return [address, normalized ?? null, normalized !== undefined && isExchangeOnlineAddress(normalized)]
  })
  await appendRows(connection, 'addresses', rows)
}

function rawPrefixes(tenantId: TenantId, { from, to }: Interval): string[] {
  const reach = marginMs + vouchBetweenMs
  const days = Math.ceil((to - from + 2 * reach) / dayMs) + 1
  const dates = new Set(Array.from({ length: days }, (_, day) => utcDate(Math.min(from - reach + day * dayMs, to + reach))))
  return [...dates, 'unknown'].map((date) => rawPrefix('MailItemsAccessed', tenantId, date))
}
