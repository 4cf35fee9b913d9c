import type { DuckDBConnection } from '@duckdb/node-api'
import { recordDigest } from '@mailtrail/core'
import { appendRows } from './append-rows.ts'
import { linePages } from './line-pages.ts'
import { repeatedIds } from './sql/records.ts'

/**
 * Digests the records whose Id came with several texts, into the table `repeats`. The service changes the order of keys between two
 * deliveries of one record, so only a digest with sorted keys tells a repetition from a variant.
 */
export async function digestRepeats(connection: DuckDBConnection): Promise<void> {
  await connection.run('CREATE TABLE repeats (line_no BIGINT, digest VARCHAR)')
  await connection.run(repeatedIds)
  for await (const lines of linePages(connection, 'repeated')) {
    await appendRows(
      connection,
      'repeats',
      lines.map(({ lineNo, line }) => [lineNo, recordDigest(line)] as const),
    )
  }
  await connection.run('DROP TABLE repeated')
}
