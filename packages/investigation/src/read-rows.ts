import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { z } from 'zod'

/** Runs a query and reads its rows by a schema; BIGINT comes as text and is coerced by the schema. */
export async function readRows<Row>(
  connection: DuckDBConnection,
  sql: string,
  row: z.ZodType<Row>,
  values: Record<string, DuckDBValue> = {},
): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql, values)
  return reader.getRowObjectsJson().map((object) => row.parse(object))
}

/** Groups rows by mailbox; a mailbox without rows is absent. */
export function byMailbox<Row extends { readonly mailbox_key: string }>(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, (row) => row.mailbox_key)
}
