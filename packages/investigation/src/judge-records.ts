import type { DuckDBConnection } from '@duckdb/node-api'
import { isInRange } from '@mailtrail/core'
import { appendRows } from './append-rows.ts'
import type { Question } from './question.ts'
import { judgedRecords } from './sql/attribution.ts'

/**
 * Judges every record against the question, into the temporary table `judged`.
 *
 * @param mailboxKeys - the mailboxes in scope; all of them when undefined
 */
export async function judgeRecords(
  connection: DuckDBConnection,
  question: Question,
  mailboxKeys: readonly string[] | undefined,
): Promise<void> {
  await judgeAddresses(connection, question)
  await connection.run(judgedRecords, {
    mailboxes: mailboxKeys === undefined ? null : JSON.stringify(mailboxKeys),
    sessions: foldedList(question.sessions),
    apps: foldedList(question.apps),
    asksRanges: question.ranges.length > 0,
    from: question.from,
    to: question.to,
  })
}

function foldedList(texts: readonly string[]): string {
  return JSON.stringify(texts.map((text) => text.trim().toLowerCase()))
}

/** An address that is none, or Exchange Online's own outside the asked ranges, says nothing of where the client was: NULL. */
async function judgeAddresses(connection: DuckDBConnection, { ranges }: Question): Promise<void> {
  await connection.run('CREATE TEMP TABLE address_verdicts (address VARCHAR, is_match BOOLEAN)')
  if (ranges.length === 0) return
  const addresses = await connection.runAndReadAll('SELECT address, normalized, is_exchange_online FROM addresses')
  const rows = addresses.getRows().map(([address, normalized, isExchangeOnline]): [string, boolean | null] => {
    const isMatch = normalized !== null && ranges.some((range) => isInRange(String(normalized), range))
    const isUndecided = normalized === null || isExchangeOnline === true
    return [String(address), isMatch || !isUndecided ? isMatch : null]
  })
  await appendRows(connection, 'address_verdicts', rows)
}
