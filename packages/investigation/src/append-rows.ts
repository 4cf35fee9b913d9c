import type { DuckDBConnection } from '@duckdb/node-api'

type Cell = string | bigint | boolean | null

/** Appends rows to a table of VARCHAR, BIGINT and BOOLEAN columns. */
export async function appendRows(connection: DuckDBConnection, table: string, rows: Iterable<readonly Cell[]>): Promise<void> {
  const appender = await connection.createAppender(table)
  for (const row of rows) {
    for (const cell of row) {
      if (cell === null) appender.appendNull()
      else if (typeof cell === 'string') appender.appendVarchar(cell)
      else if (typeof cell === 'bigint') appender.appendBigInt(cell)
      else appender.appendBoolean(cell)
    }
    appender.endRow()
  }
  appender.closeSync()
}
