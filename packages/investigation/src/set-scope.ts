import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import { readRows } from './read-rows.ts'
import { guidFilter, scope, scopeGuids } from './sql/attribution.ts'

/**
 * Says on this connection which mailboxes it is about.
 *
 * @param mailboxKeys - all mailboxes when undefined
 * @returns what tells the rows in scope from others to whoever reads `items`
 */
export async function setScope(connection: DuckDBConnection, mailboxKeys: readonly string[] | undefined): Promise<string> {
  await connection.run(scope, { mailboxes: mailboxKeys === undefined ? null : JSON.stringify(mailboxKeys) })
  if (mailboxKeys === undefined) return 'true'
  const rows = await readRows(connection, scopeGuids, guidRow)
  return guidFilter(rows.map(({ mailbox_guid }) => mailbox_guid))
}

const guidRow = z.object({ mailbox_guid: z.string().nullable() })
