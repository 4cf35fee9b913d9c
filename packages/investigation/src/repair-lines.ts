import type { DuckDBConnection } from '@duckdb/node-api'
import { isJsonObject, type JsonObject, type MailAccess, parseMailAccess } from '@mailtrail/core'
import { appendRows } from './append-rows.ts'
import { linePages } from './line-pages.ts'

/**
 * Puts odd lines into a shape that SQL can read, in the table `repaired`; the evidence itself stays as it is. A line that is no JSON
 * object at all has a NULL there, and is counted.
 */
export async function repairLines(connection: DuckDBConnection): Promise<void> {
  await repair(connection, 'lines', 'repaired', regularRecord)
}

/** The same for EmailEvents rows, which need no more than valid text. */
export async function repairEmailLines(connection: DuckDBConnection): Promise<void> {
  await repair(connection, 'email_lines', 'repaired_emails', (row) => row)
}

async function repair(
  connection: DuckDBConnection,
  source: string,
  target: string,
  regular: (record: JsonObject) => unknown,
): Promise<void> {
  await connection.run(`CREATE OR REPLACE TABLE ${target} (line_no BIGINT, text VARCHAR)`)
  for await (const lines of linePages(connection, `(SELECT rowid AS line_no, line FROM ${source} WHERE is_odd)`)) {
    await appendRows(
      connection,
      target,
      lines.map(({ lineNo, line }) => [lineNo, repairedText(line, regular)] as const),
    )
  }
}

function repairedText(line: string, regular: (record: JsonObject) => unknown): string | null {
  const value = parseJson(line)
  if (!isJsonObject(value)) return null
  return JSON.stringify(regular(value), (_key, member: unknown) => (typeof member === 'string' ? member.toWellFormed() : member))
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** The record with its nested parts as core reads them, in the shape that Exchange normally sends. */
function regularRecord(record: JsonObject): unknown {
  const access = parseMailAccess(record)
  const { AppAccessContext: context, Item: _, ...members } = record
  const isSync = (access.accessType ?? (access.recordType === 2 ? 'Sync' : 'Bind')) === 'Sync'
  return {
    ...members,
    AppAccessContext: isJsonObject(context)
      ? context
      : { ...nestedObject(context), AADSessionId: access.sessionKey, UniqueTokenId: access.tokenId },
    OperationProperties: regularProperties(access),
    Folders: isSync ? regularSyncs(record) : regularFolders(access),
  }
}

/** Also of a record that is known for a Sync by its type alone. */
function regularSyncs(record: JsonObject): unknown[] {
  const { syncedFolders } = parseMailAccess({ ...record, OperationProperties: [{ Name: 'MailAccessType', Value: 'Sync' }] })
  return syncedFolders.map(({ path, name }) => ({ Path: path, Name: name }))
}

function nestedObject(value: unknown): JsonObject {
  const parsed = typeof value === 'string' ? parseJson(value) : undefined
  return isJsonObject(parsed) ? parsed : {}
}

function regularProperties({ accessType, isThrottled }: MailAccess): unknown {
  return [
    ...(accessType === undefined ? [] : [{ Name: 'MailAccessType', Value: accessType }]),
    ...(isThrottled === undefined ? [] : [{ Name: 'IsThrottled', Value: String(isThrottled) }]),
  ]
}

function regularFolders({ items }: MailAccess): unknown[] {
  return items.map(({ folder, internetMessageId, subject, sizeInBytes }) => ({
    Path: folder,
    FolderItems: [{ InternetMessageId: internetMessageId, Subject: subject, SizeInBytes: sizeInBytes }],
  }))
}
