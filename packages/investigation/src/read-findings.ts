import type { DuckDBConnection } from '@duckdb/node-api'
import { isoSeconds } from '@mailtrail/core'
import { z } from 'zod'
import type { SyncedFolder, Undecided } from './answer.ts'
import { type Itemised, readItemised } from './read-itemised.ts'
import { byMailbox, readRows } from './read-rows.ts'
import { flaggedTimes, hourlyTimes } from './sql/attribution.ts'
import { bindTotals, syncRows, undeterminedRows } from './sql/findings.ts'

interface BindTotal {
  readonly mailbox_key: string
  readonly records: number
  readonly accesses: number
  readonly unnamed: number
  readonly nameless_records: number
}

export interface SyncRow {
  readonly mailbox_key: string
  readonly verdict: 'attributed' | 'undetermined'
  readonly folder: string | null
  /** UTC milliseconds, in order. */
  readonly times: readonly number[] | null
}

export interface UndeterminedRow {
  readonly mailbox_key: string
  readonly message_id: string
  readonly undecided: readonly Undecided[]
}

interface FlaggedRow {
  readonly mailbox_key: string
  readonly time: number | null
}

interface HourRow {
  readonly mailbox_key: string
  readonly first_time: number
  readonly last_time: number
}

const mailbox_key = z.string()
const number = z.coerce.number()

const bindTotal: z.ZodType<BindTotal> = z.object({
  mailbox_key,
  records: number,
  accesses: number,
  unnamed: number,
  nameless_records: number,
})
const syncRow: z.ZodType<SyncRow> = z.object({
  mailbox_key,
  verdict: z.enum(['attributed', 'undetermined']),
  folder: z.string().nullable(),
  times: z.array(number).nullable(),
})
const undeterminedRow: z.ZodType<UndeterminedRow> = z.object({
  mailbox_key,
  message_id: z.string(),
  undecided: z.array(z.enum(['time', 'address', 'session', 'app'])),
})
const flaggedRow: z.ZodType<FlaggedRow> = z.object({ mailbox_key, time: number.nullable() })
const hourRow: z.ZodType<HourRow> = z.object({ mailbox_key, first_time: number, last_time: number })

/** When mailboxes have records, and flagged ones, by mailbox key; a mailbox with nothing to say is absent. */
export interface Presence {
  /** Flagged records of any actor, wherever they lie in the opened evidence. */
  readonly flagged: ReadonlyMap<string, readonly FlaggedRow[]>
  readonly hours: ReadonlyMap<string, readonly HourRow[]>
}

/** What the records say, by mailbox key; a mailbox with nothing to say is absent. */
export interface Findings extends Presence {
  readonly itemised: ReadonlyMap<string, readonly Itemised[]>
  readonly totals: ReadonlyMap<string, readonly BindTotal[]>
  readonly syncs: ReadonlyMap<string, readonly SyncRow[]>
  readonly undetermined: ReadonlyMap<string, readonly UndeterminedRow[]>
}

/** @param filter - of the rows in scope; see {@link judgeRecords} */
export async function readFindings(connection: DuckDBConnection, filter: string): Promise<Findings> {
  return {
    itemised: await readItemised(connection),
    totals: byMailbox(await readRows(connection, bindTotals, bindTotal)),
    syncs: byMailbox(await readRows(connection, syncRows, syncRow)),
    undetermined: byMailbox(await readRows(connection, undeterminedRows, undeterminedRow)),
    ...(await readPresence(connection, filter)),
  }
}

/** @param filter - of the rows in scope; see {@link setScope} */
export async function readPresence(connection: DuckDBConnection, filter: string): Promise<Presence> {
  return {
    flagged: byMailbox(await readRows(connection, flaggedTimes(filter), flaggedRow)),
    hours: byMailbox(await readRows(connection, hourlyTimes(filter), hourRow)),
  }
}

export function toSyncedFolder({ folder, times }: SyncRow): SyncedFolder {
  return { folder, times: (times ?? []).map(isoSeconds) }
}
