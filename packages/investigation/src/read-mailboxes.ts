import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import { readRows } from './read-rows.ts'

/** A mailbox that appears in the loaded records. `key` is its GUID where the records give one. */
export interface Mailbox {
  readonly key: string
  readonly guid: string | null
  readonly upn: string | null
  readonly upns: readonly string[]
}

const mailboxRow = z.object({
  mailbox_key: z.string(),
  mailbox_guid: z.string().nullable(),
  upn: z.string().nullable(),
  upns: z.array(z.string()),
})

/** Mailboxes in scope: all, or that of the asked GUID, or those that ever had the asked UPN, for a rename changes no mailbox. */
export async function readMailboxes(connection: DuckDBConnection, name: string | undefined): Promise<Mailbox[]> {
  const rows = await readRows(connection, 'SELECT * FROM mailboxes ORDER BY upn, mailbox_key', mailboxRow)
  const asked = name?.trim().toLowerCase()
  return rows
    .map((row) => ({ key: row.mailbox_key, guid: row.mailbox_guid, upn: row.upn, upns: row.upns }))
    .filter((mailbox) => asked === undefined || mailbox.guid === asked || mailbox.upn === asked || mailbox.upns.includes(asked))
}
