import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import type { EmailEventCounts, RecordCounts } from './answer.ts'
import { readRows } from './read-rows.ts'
import { verdictCounts } from './sql/attribution.ts'
import { recordCounts } from './sql/mailboxes.ts'

const number = z.coerce.number()
const loadedRow = z.object({
  read: number,
  unreadable: number,
  otherTenant: number,
  otherOperation: number,
  records: number,
  variants: number,
})
const verdictRow = z.object({ verdict: z.string(), records: number })
const emailRow: z.ZodType<EmailEventCounts> = z.object({ read: number, messages: number, otherTenant: number, unreadable: number })

/** What became of every line read. */
export async function readRecordCounts(connection: DuckDBConnection): Promise<RecordCounts> {
  const verdicts = new Map((await readRows(connection, verdictCounts, verdictRow)).map((row) => [row.verdict, row.records]))
  const [loaded] = await readRows(connection, recordCounts, loadedRow)
  const { read, unreadable, otherTenant, otherOperation, records, variants } = loadedRow.parse(loaded)
  return {
    read,
    duplicates: read - unreadable - otherTenant - otherOperation - records,
    otherTenant,
    otherOperation,
    unreadable,
    records,
    attributed: verdicts.get('attributed') ?? 0,
    undetermined: verdicts.get('undetermined') ?? 0,
    otherContext: verdicts.get('otherContext') ?? 0,
    otherMailbox: verdicts.get('otherMailbox') ?? 0,
    outsideTime: verdicts.get('outsideTime') ?? 0,
    variants,
  }
}

export async function readEmailEventCounts(connection: DuckDBConnection): Promise<EmailEventCounts> {
  const [counts] = await readRows(connection, 'SELECT * FROM email_counts', emailRow)
  return emailRow.parse(counts)
}
