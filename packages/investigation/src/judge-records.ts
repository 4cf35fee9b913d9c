import type { DuckDBConnection } from '@duckdb/node-api'
import { isInRange } from '@mailtrail/core'
import { appendRows } from './append-rows.ts'
import type { Question } from './question.ts'
import { setScope } from './set-scope.ts'
import { askedAddresses, candidates, judged } from './sql/attribution.ts'

/**
 * Judges what lies in the asked time, or may, against the question, into the temporary view `judged`.
 *
 * @param mailboxKeys - the mailboxes in scope; all of them when undefined
 * @returns what tells the rows in scope from others to whoever reads `items`
 */
export async function judgeRecords(
  connection: DuckDBConnection,
  question: Question,
  mailboxKeys: readonly string[] | undefined,
): Promise<string> {
  const { from, to, ranges } = question
  const filter = await setScope(connection, mailboxKeys)
  const lists = { ...askedList('sessions', question.sessions), ...askedList('apps', question.apps) }
  const asked = { sessions: 'sessions' in lists, apps: 'apps' in lists }
  await connection.run(candidates(asked, filter), { from, to, ...lists })
  if (ranges.length > 0) await judgeAddresses(connection, question)
  await connection.run(judged(ranges.length > 0))
  return filter
}

function askedList(name: string, texts: readonly string[]): Record<string, string> {
  return texts.length === 0 ? {} : { [name]: JSON.stringify(texts.map((text) => text.trim().toLowerCase())) }
}

/** An address that is none, or Exchange Online's own outside the asked ranges, says nothing of where the client was: NULL. */
async function judgeAddresses(connection: DuckDBConnection, { ranges }: Question): Promise<void> {
  await connection.run('CREATE TEMP TABLE address_verdicts (address_normalized VARCHAR, by_address BOOLEAN)')
  const addresses = await connection.runAndReadAll(askedAddresses)
  const rows = addresses.getRows().map(([address, isExchangeOnline]): [string, boolean | null] => {
    const isMatch = ranges.some((range) => isInRange(String(address), range))
    return [String(address), isMatch || isExchangeOnline !== true ? isMatch : null]
  })
  await appendRows(connection, 'address_verdicts', rows)
}
