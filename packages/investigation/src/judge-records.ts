import type { DuckDBConnection } from '@duckdb/node-api'
import { isInRange } from '@mailtrail/core'
import { appendRows } from './append-rows.ts'
import type { Question } from './question.ts'
import { askedAddresses, judgedRows, scope } from './sql/attribution.ts'

/**
 * Judges what lies in the asked time, or may, against the question, into the temporary table `judged`.
 *
 * @param mailboxKeys - the mailboxes in scope; all of them when undefined
 */
export async function judgeRecords(
  connection: DuckDBConnection,
  question: Question,
  mailboxKeys: readonly string[] | undefined,
): Promise<void> {
  const { ranges, sessions, apps } = question
  const time = { from: question.from, to: question.to }
  await connection.run(scope, { mailboxes: mailboxKeys === undefined ? null : JSON.stringify(mailboxKeys) })
  if (ranges.length > 0) await judgeAddresses(connection, question, time)
  const asked = { ranges: ranges.length > 0, sessions: sessions.length > 0, apps: apps.length > 0 }
  await connection.run(judgedRows(asked), {
    ...time,
    ...(asked.sessions && { sessions: foldedList(sessions) }),
    ...(asked.apps && { apps: foldedList(apps) }),
  })
}

function foldedList(texts: readonly string[]): string {
  return JSON.stringify(texts.map((text) => text.trim().toLowerCase()))
}

/** An address that is none, or Exchange Online's own outside the asked ranges, says nothing of where the client was: NULL. */
async function judgeAddresses(connection: DuckDBConnection, { ranges }: Question, time: Record<'from' | 'to', number>): Promise<void> {
  await connection.run('CREATE TEMP TABLE address_verdicts (address_normalized VARCHAR, is_match BOOLEAN)')
  const addresses = await connection.runAndReadAll(askedAddresses, time)
  const rows = addresses.getRows().map(([address, isExchangeOnline]): [string, boolean | null] => {
    const isMatch = ranges.some((range) => isInRange(String(address), range))
    return [String(address), isMatch || isExchangeOnline !== true ? isMatch : null]
  })
  await appendRows(connection, 'address_verdicts', rows)
}
