import { createHash } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Interval, isExchangeOnlineAddress, normalizeAddress, recordDigest, type TenantId } from '@mailtrail/core'
import { appendRows } from '../append-rows.ts'
import type { LineBatch } from '../fetch-lines.ts'
import { lineTable, loadLines } from '../load-lines.ts'
import { readRows } from '../read-rows.ts'
import { repairLines } from '../repair-lines.ts'
import { deliveries, itemRows, itemRowsTable, lineCounts, newAddresses, readableLines } from '../sql/items.ts'
import { addLineCounts, type LineCounts, lineCountsSchema, noLines } from './line-counts.ts'

export interface ItemRowsOptions {
  readonly tenantId: TenantId
  /** Records outside of this time get one row each, for nobody asks what they name. UTC milliseconds. */
  readonly expanded: Interval
}

const tables = `${itemRowsTable} CREATE TABLE addresses (address VARCHAR, normalized VARCHAR, is_exchange_online BOOLEAN);`

/**
 * Makes the rows of `item_rows` from lines: the one place where a stored record gets its meaning, for the compactor as for the query. The
 * connection has the macros.
 *
 * @throws {@link MailtrailError} `EVIDENCE_UNREADABLE`
 */
export async function addItemRows(
  connection: DuckDBConnection,
  batches: AsyncIterable<LineBatch>,
  { tenantId, expanded: { from, to } }: ItemRowsOptions,
): Promise<LineCounts> {
  let counts = noLines
  await connection.run(tables)
  for await (const batch of batches) {
    await connection.run(lineTable('lines'))
    await loadLines(connection, 'lines', batch)
    await repairLines(connection)
    await connection.run(readableLines)
    await connection.run(deliveries, { tenant: tenantId })
    await addAddresses(connection)
    await connection.run(itemRows, { from: from, to, recordsBefore: counts.read })
    const [found] = await readRows(connection, lineCounts, lineCountsSchema, { tenant: tenantId })
    counts = addLineCounts(counts, lineCountsSchema.parse(found))
  }
  await connection.run('DROP VIEW IF EXISTS readable_lines; DROP TABLE IF EXISTS deliveries; DROP TABLE IF EXISTS lines')
  return counts
}

/** With the Id it names a record, wherever and in whatever order of keys it was delivered. */
export function digestLine(line: string): string {
  try {
    return recordDigest(line)
  } catch {
    return createHash('sha256').update(line).digest('hex')
  }
}

/** Addresses are compared as addresses, by core, and never as text. */
async function addAddresses(connection: DuckDBConnection): Promise<void> {
  const found = await connection.runAndReadAll(newAddresses)
  const rows = found.getRows().map(([text]): [string, string | null, boolean | null] => {
    const address = String(text)
    const normalized = normalizeAddress(address)
    return [address, normalized ?? null, normalized === undefined ? null : isExchangeOnlineAddress(normalized)]
  })
  await appendRows(connection, 'addresses', rows)
}
