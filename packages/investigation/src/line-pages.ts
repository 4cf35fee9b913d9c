import type { DuckDBConnection } from '@duckdb/node-api'

/** A stored line and its number in the table it came from. */
export interface StoredLine {
  readonly lineNo: bigint
  readonly line: string
}

const pageLines = 512

/**
 * The lines of a relation with the columns `line_no` and `line`, in pages. Not streamed: an appender on the connection that a result is
 * streamed over ends the stream early, without an error.
 */
export async function* linePages(connection: DuckDBConnection, relation: string): AsyncGenerator<readonly StoredLine[]> {
  let after = -1n
  while (true) {
    const page = await connection.runAndReadAll(
      `SELECT line_no, line FROM ${relation} WHERE line_no > $after ORDER BY line_no LIMIT ${pageLines}`,
      { after },
    )
    const lines = page.getRows().map(([lineNo, line]) => ({ lineNo: BigInt(String(lineNo)), line: String(line) }))
    const last = lines.at(-1)
    if (last === undefined) return
    yield lines
    after = last.lineNo
  }
}
