import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import { appendRows } from './append-rows.ts'
import type { MailboxDraft } from './draft-mailbox.ts'
import { readRows } from './read-rows.ts'
import { addressesWithoutRecords } from './sql/emails.ts'
import { messagesOfAddresses, presentMessages } from './sql/findings.ts'

/** Ids of EmailEvents messages that lay in a mailbox by its last attributed Sync, and before its last unsettled time ended. */
export interface PresentMessages {
  readonly presumed: readonly string[]
  readonly possible: readonly string[]
}

const ids = z.array(z.string())
const presentRow = z.object({ mailbox_key: z.string(), presumed: ids, possible: ids })

/** By mailbox key; a mailbox without any known message is absent. */
export async function readPresentMessages(
  connection: DuckDBConnection,
  drafts: readonly MailboxDraft[],
): Promise<Map<string, PresentMessages>> {
  await connection.run('CREATE TEMP TABLE cutoffs (mailbox_key VARCHAR, presumed_until BIGINT, possible_before BIGINT)')
  await appendRows(
    connection,
    'cutoffs',
    drafts.map((draft) => [draft.mailbox.key, cell(draft.presumedUntil), cell(draft.possibleBefore)] as const),
  )
  const rows = await readRows(connection, presentMessages, presentRow)
  return new Map(rows.map(({ mailbox_key, ...present }) => [mailbox_key, present]))
}

const addressRow = z.object({ address: z.string() })

/** Internal addresses by EmailEvents that no record names. */
export async function readAddressesWithoutRecords(connection: DuckDBConnection): Promise<string[]> {
  return (await readRows(connection, addressesWithoutRecords, addressRow)).map(({ address }) => address)
}

const messagesRow = z.object({ address: z.string(), message_ids: ids })

/** @param before - UTC milliseconds */
export async function readMessagesOfAddresses(
  connection: DuckDBConnection,
  addresses: readonly string[],
  before: number,
): Promise<Map<string, string[]>> {
  const rows = await readRows(connection, messagesOfAddresses, messagesRow, { addresses: JSON.stringify(addresses), before })
  return new Map(rows.map((row) => [row.address, row.message_ids]))
}

function cell(time: number | undefined): bigint | null {
  return time === undefined ? null : BigInt(time)
}
