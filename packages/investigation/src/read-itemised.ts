import type { DuckDBConnection } from '@duckdb/node-api'
import { isoSeconds } from '@mailtrail/core'
import { z } from 'zod'
import type { ItemisedMessage, MatchedMessage } from './answer.ts'
import { byMailbox, readRows } from './read-rows.ts'
import { itemised, itemisedMatches, itemisedRows } from './sql/findings.ts'

/** An itemised message, with the EmailEvents ids that stand for the same one, so that a union counts it once. */
export interface Itemised {
  readonly message: ItemisedMessage
  readonly knownAs: readonly string[]
}

const itemisedRow = z.object({
  mailbox_key: z.string(),
  message_id: z.string(),
  accesses: z.coerce.number(),
  first_time: z.coerce.number(),
  last_time: z.coerce.number(),
  folders: z.array(z.string()),
  record_ids: z.array(z.string()),
})

const matchRow = z.object({
  mailbox_key: z.string(),
  item_id: z.string(),
  message_id: z.string(),
  is_exact: z.boolean(),
  in_mailbox: z.boolean(),
  network_message_id: z.string().nullable(),
  sender: z.string().nullable(),
  subject: z.string().nullable(),
  recipients: z.array(z.string()),
  time: z.coerce.number().nullable(),
})

type ItemisedRow = z.infer<typeof itemisedRow>
type MatchRow = z.infer<typeof matchRow>

/** E1 by mailbox, in order of first access; messages without metadata are kept. */
export async function readItemised(connection: DuckDBConnection): Promise<Map<string, Itemised[]>> {
  await connection.run(itemised)
  const rows = await readRows(connection, itemisedRows, itemisedRow)
  const matches = Map.groupBy(await readRows(connection, itemisedMatches, matchRow), (row) => `${row.mailbox_key} ${row.item_id}`)
  const found = rows.map((row) => ({ ...row, item: toItemised(row, matches.get(`${row.mailbox_key} ${row.message_id}`) ?? []) }))
  return new Map([...byMailbox(found)].map(([key, group]) => [key, group.map((row) => row.item)]))
}

/** The best kind of match counts alone: a message of this mailbox before a mere agreement of ids, exact before folded. */
function toItemised(row: ItemisedRow, candidates: readonly MatchRow[]): Itemised {
  const [best] = candidates.toSorted((a, b) => rank(a) - rank(b))
  const chosen = best === undefined ? [] : candidates.filter((candidate) => rank(candidate) === rank(best))
  const [first] = chosen.map(toMatched)
  const message: ItemisedMessage = {
    internetMessageId: row.message_id,
    match: best === undefined ? 'none' : best.is_exact ? 'exact' : 'folded',
    scope: best === undefined ? null : best.in_mailbox ? 'mailbox' : 'id_only',
    subject: first?.subject ?? null,
    sender: first?.sender ?? null,
    recipients: first?.recipients ?? [],
    messageTime: first?.messageTime ?? null,
    time: isoSeconds(row.first_time),
    lastTime: isoSeconds(row.last_time),
    accesses: row.accesses,
    folders: row.folders,
    recordIds: row.record_ids,
    collisions: chosen.length > 1 ? chosen.map(toMatched) : [],
  }
  return { message, knownAs: chosen.map((candidate) => candidate.message_id) }
}

function rank({ in_mailbox, is_exact }: MatchRow): number {
  return (in_mailbox ? 0 : 2) + (is_exact ? 0 : 1)
}

function toMatched(row: MatchRow): MatchedMessage {
  return {
    networkMessageId: row.network_message_id,
    internetMessageId: row.message_id,
    subject: row.subject,
    sender: row.sender,
    recipients: row.recipients,
    messageTime: row.time === null ? null : isoSeconds(row.time),
  }
}
