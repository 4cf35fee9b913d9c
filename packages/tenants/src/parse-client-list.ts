import { MailtrailError } from '@mailtrail/core'
import { CsvError, parse } from 'csv-parse/sync'
import { z } from 'zod'

/** The columns of a list of clients. Only the first must be there; what a column is about is the registry's field of that name. */
const clientColumns = [
  'tenant_id',
  'display_name',
  'cloud',
  'client_id',
  'credential',
  'publisher_id',
  'tags',
  'lake',
  'retention_days',
  'content_types',
  'destinations',
] as const
type ClientColumn = (typeof clientColumns)[number]

/** A row as it was written; a column that the list does not have is absent. */
export interface ClientRow {
  /** The line in the file, counted from 1. */
  readonly line: number
  readonly cells: { readonly [Column in ClientColumn]?: string }
  /** Why the row cannot be read. */
  readonly faults: readonly string[]
}

/** @throws {@link MailtrailError} `CLIENT_LIST_INVALID` when the file as a whole cannot be read, with every reason */
export function parseClientList(bytes: Uint8Array): ClientRow[] {
  const [header, ...rows] = parseLines(decode(bytes))
  if (!header) throw invalid(['it is empty'])
  const columns = header.record.map((name) => name.trim().toLowerCase())
  const faults = columnFaults(columns)
  if (faults.length > 0) throw invalid(faults)
  return rows.map(({ record, info }) => ({
    line: info.lines,
    cells: Object.fromEntries(columns.map((column, index) => [column, record[index]?.trim() ?? ''])),
    faults: record.length === columns.length ? [] : [`has ${record.length} cells where the header has ${columns.length}`],
  }))
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalid(['it is not UTF-8: save it as "CSV UTF-8"'])
  }
}

const parsed = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) }))

function parseLines(text: string): z.infer<typeof parsed> {
  try {
    return parsed.parse(parse(text, { info: true, relax_column_count: true, skip_empty_lines: true, skip_records_with_empty_values: true }))
  } catch (error) {
    // The message may quote a cell, and a cell may hold a secret.
    if (error instanceof CsvError) throw invalid([`line ${error.lines ?? '?'} is no CSV: quotes are broken (${error.code})`])
    throw error
  }
}

function columnFaults(columns: readonly string[]): string[] {
  const known: readonly string[] = clientColumns
  const unknown = columns.filter((column) => !known.includes(column))
  const repeated = columns.filter((column, index) => columns.indexOf(column) < index)
  return [
    ...unknown.map((column) => `there is no column ${JSON.stringify(column)}${column.includes(';') ? ': commas separate columns' : ''}`),
    ...repeated.map((column) => `the column ${JSON.stringify(column)} is there twice`),
    ...(columns.includes('tenant_id') ? [] : ['the column "tenant_id" is missing']),
    ...(unknown.length > 0 ? [`the columns are ${clientColumns.join(', ')}`] : []),
  ]
}

function invalid(faults: readonly string[]): MailtrailError {
  return new MailtrailError('CLIENT_LIST_INVALID', `The list of clients cannot be read:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
}
