import type { Answer, MailboxAnswer } from '../answer.ts'
import type { LakeSqlCase, Row } from './lake-sql-case.ts'

/** What both say, in one shape. */
interface Findings {
  readonly mailbox: string
  readonly totals: Row
  readonly itemised: readonly Row[]
  readonly synced: readonly Row[]
  readonly presumed: readonly string[]
  readonly undetermined: readonly string[]
  readonly throttled: readonly Row[]
}

export function findingsOfAnswer({ mailboxes }: Answer): Findings[] {
  return mailboxes.map((mailbox) => ({
    mailbox: mailbox.mailbox,
    totals: totalsOf(mailbox),
    itemised: mailbox.itemised.map((item) => ({
      id: item.internetMessageId,
      match: item.match,
      scope: item.scope ?? 'none',
      subject: item.subject,
      sender: item.sender,
      recipients: item.recipients,
      times: [item.time, item.lastTime, item.messageTime],
      accesses: item.accesses,
      folders: item.folders,
      records: item.recordIds,
      candidates: item.match === 'none' ? null : Math.max(1, item.collisions.length),
    })),
    synced: [...mailbox.syncedFolders, ...mailbox.undeterminedSyncs].map(({ folder, times }) => ({ folder, times })),
    presumed: mailbox.presumed,
    undetermined: mailbox.undetermined,
    throttled: mailbox.throttled.map(({ from, to }) => ({ from, to })),
  }))
}

function totalsOf({ messages, records, accesses, unnamedAccesses, namelessRecords }: MailboxAnswer): Row {
  return { messages, records, accesses, unnamed: unnamedAccesses, nameless: namelessRecords }
}

export async function findingsOfViews(engine: LakeSqlCase): Promise<Findings[]> {
  const read = async (sql: string) => Map.groupBy(await engine.rows(sql), ({ mailbox_key }) => mailbox_key)
  const mailboxes = await engine.rows('SELECT mailbox_key, upn FROM mailboxes ORDER BY upn, mailbox_key')
  const totals = await read('SELECT * FROM mailbox_totals')
  const itemised = await read('SELECT * FROM messages_accessed ORDER BY first_time, message_id')
  const synced = await read('SELECT * FROM synced_folders ORDER BY verdict, folder NULLS LAST')
  const presumed = await read('SELECT mailbox_key, message_id FROM presumed_messages ORDER BY message_id')
  const undetermined = await read('SELECT mailbox_key, message_id FROM undetermined_messages ORDER BY message_id')
  const throttled = await read('SELECT * FROM throttle_intervals ORDER BY from_time')
  return mailboxes.map(({ mailbox_key, upn }) => ({
    mailbox: String(upn),
    totals: toTotals(totals.get(mailbox_key)?.[0]),
    itemised: (itemised.get(mailbox_key) ?? []).map(toItemised),
    synced: (synced.get(mailbox_key) ?? []).map(({ folder, times }) => ({ folder, times: (times as string[]).map(iso) })),
    presumed: [...new Set((presumed.get(mailbox_key) ?? []).map(({ message_id }) => String(message_id)))],
    undetermined: (undetermined.get(mailbox_key) ?? []).map(({ message_id }) => String(message_id)),
    throttled: (throttled.get(mailbox_key) ?? []).map(({ from_time, to_time }) => ({ from: iso(from_time), to: iso(to_time) })),
  }))
}

function toTotals(row: Row = {}): Row {
  const { messages = 0, records = 0, accesses = 0, unnamed = 0, nameless_records = 0 } = row
  return {
    messages: Number(messages),
    records: Number(records),
    accesses: Number(accesses),
    unnamed: Number(unnamed),
    nameless: Number(nameless_records),
  }
}

function toItemised(row: Row): Row {
  const {
    message_id,
    id_match,
    id_scope,
    subject,
    sender,
    recipients,
    first_time,
    last_time,
    message_time,
    accesses,
    folders,
    record_ids,
    candidates,
  } = row
  return {
    id: message_id,
    match: id_match,
    scope: id_scope,
    subject,
    sender,
    recipients: recipients ?? [],
    times: [first_time, last_time, message_time].map((time) => (time === null ? null : iso(time))),
    accesses: Number(accesses),
    folders,
    records: record_ids,
    candidates: candidates === null ? null : Number(candidates),
  }
}

/** What became of records and lines, and who is missing. */
export function countsOf({ counts, mailboxesWithoutRecords }: Answer): Row {
  const { read, unreadable, otherTenant, otherOperation, attributed, undetermined, otherContext, outsideTime } = counts
  return {
    lines: { read, unreadable, other_tenant: otherTenant, other_operation: otherOperation },
    records: { attributed, undetermined, other_context: otherContext, outside_time: outsideTime },
    absent: mailboxesWithoutRecords.map(({ mailbox }) => mailbox),
  }
}

export async function countsOfViews(engine: LakeSqlCase): Promise<Row> {
  const lines = Object.fromEntries((await engine.rows('SELECT * FROM line_counts')).map((row) => [row.fate, Number(row.lines)]))
  const records = Object.fromEntries((await engine.rows('SELECT * FROM record_counts')).map((row) => [row.verdict, Number(row.records)]))
  const { record = 0, unreadable = 0, other_tenant = 0, other_operation = 0 } = lines
  return {
    lines: { read: record + unreadable + other_tenant + other_operation, unreadable, other_tenant, other_operation },
    records,
    absent: (await engine.rows('SELECT address FROM addresses_without_records ORDER BY address')).map(({ address }) => address),
  }
}

/** To the second, as answers print times. */
function iso(time: unknown): string {
  return `${String(time).replace(' ', 'T').slice(0, 19)}Z`
}
