import type { DuckDBConnection } from '@duckdb/node-api'
import { recordDigest } from '@mailtrail/core'
import { appendRows } from './append-rows.ts'
import { repeatedIds } from './sql/records.ts'

/**
 * Digests the records whose Id came with several texts, into the table `repeats`. The service changes the order of keys between two
 * deliveries of one record, so only a digest with sorted keys tells a repetition from a variant.
 */
export async function digestRepeats(connection: DuckDBConnection): Promise<void> {
  await connection.run('CREATE TABLE repeats (line_no BIGINT, digest VARCHAR)')
  const result = await connection.stream(repeatedIds)
  await appendRows(connection, 'repeats', digests(result.yieldRows()))
}

async function* digests(chunks: AsyncIterable<readonly (readonly unknown[])[]>): AsyncGenerator<readonly [bigint, string]> {
  for await (const rows of chunks) {
    for (const [lineNo, line] of rows) yield [BigInt(String(lineNo)), recordDigest(String(line))]
  }
}
