import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import { appendRows } from './append-rows.ts'
import type { MailboxDraft } from './draft-mailbox.ts'
import { byMailbox, readRows } from './read-rows.ts'
import { addressesWithoutRecords } from './sql/emails.ts'
import { messagesOfAddresses, presentMessages } from './sql/findings.ts'

/** A message of EmailEvents that lay in a mailbox by the time of its last attributed Sync, or before an unsettled time ended. */
export interface PresentMessage {
  readonly messageId: string
  readonly isPresumed: boolean
  readonly isPossible: boolean
}

const presentRow = z.object({ mailbox_key: z.string(), message_id: z.string(), is_presumed: z.boolean(), is_possible: z.boolean() })

export async function readPresentMessages(
  connection: DuckDBConnection,
  drafts: readonly MailboxDraft[],
): Promise<Map<string, PresentMessage[]>> {
  await connection.run('CREATE TEMP TABLE cutoffs (mailbox_key VARCHAR, presumed_until BIGINT, possible_before BIGINT)')
  await appendRows(
    connection,
    'cutoffs',
    drafts.map((draft) => [draft.mailbox.key, cell(draft.presumedUntil), cell(draft.possibleBefore)] as const),
  )
  const rows = byMailbox(await readRows(connection, presentMessages, presentRow))
  return new Map([...rows].map(([key, group]) => [key, group.map(toPresent)]))
}

const addressRow = z.object({ address: z.string() })

/** Internal addresses by EmailEvents that no record names. */
export async function readAddressesWithoutRecords(connection: DuckDBConnection): Promise<string[]> {
  return (await readRows(connection, addressesWithoutRecords, addressRow)).map(({ address }) => address)
}

const messagesRow = z.object({ address: z.string(), message_ids: z.array(z.string()) })

/** @param before - UTC milliseconds */
export async function readMessagesOfAddresses(
  connection: DuckDBConnection,
  addresses: readonly string[],
  before: number,
): Promise<Map<string, string[]>> {
  const rows = await readRows(connection, messagesOfAddresses, messagesRow, { addresses: JSON.stringify(addresses), before })
  return new Map(rows.map((row) => [row.address, row.message_ids]))
}

function toPresent(row: z.infer<typeof presentRow>): PresentMessage {
  return { messageId: row.message_id, isPresumed: row.is_presumed, isPossible: row.is_possible }
}

function cell(time: number | undefined): bigint | null {
  return time === undefined ? null : BigInt(time)
}
