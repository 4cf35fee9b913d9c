import type { DuckDBConnection } from '@duckdb/node-api'
import { MailtrailError } from '@mailtrail/core'
import type { LineBatch } from './fetch-lines.ts'

/**
 * Adds every line of a batch as text, and marks the odd ones that SQL cannot take as they are: no JSON to DuckDB (half a surrogate pair
 * in a subject is enough), no object, or lists and objects wrapped in strings, as some exports have them.
 *
 * @param table - one that {@link lineTable} made
 * @throws {@link MailtrailError} `EVIDENCE_UNREADABLE`
 */
export async function loadLines(connection: DuckDBConnection, table: string, { path, longestLineBytes }: LineBatch): Promise<void> {
  const bytes = Math.max(2 ** 21, longestLineBytes + 512)
  const insert = String.raw`
    INSERT INTO ${table}
    SELECT raw_object, raw_line, digest, line, ${isOdd}
    FROM read_csv($path, columns = {'raw_object': 'VARCHAR', 'raw_line': 'INTEGER', 'digest': 'VARCHAR', 'line': 'VARCHAR'},
      auto_detect = false, header = false, delim = chr(1), quote = '', escape = '', new_line = '\n',
      max_line_size = ${bytes}, buffer_size = ${2 * bytes})`
  try {
    await connection.run(insert, { path })
  } catch {
    // DuckDB's own message quotes the line, which is mail content.
    throw new MailtrailError(
      'EVIDENCE_UNREADABLE',
      'An object of the lake holds a line that is no UTF-8 text: verify the lake, then ask again.',
    )
  }
}

export function lineTable(name: string): string {
  return `CREATE OR REPLACE TABLE ${name} (raw_object VARCHAR, raw_line INTEGER, digest VARCHAR, line VARCHAR, is_odd BOOLEAN)`
}

const isOdd: string = String.raw`
  coalesce(json_type(TRY_CAST(line AS JSON)), '') <> 'OBJECT'
  OR regexp_matches(line, '"(Folders|FolderItems|OperationProperties)"\s*:\s*["{]')
  OR regexp_matches(line, '"(Item|ParentFolder|AppAccessContext)"\s*:\s*"')
  OR regexp_matches(line, '[\[,]\s*"\s*@?\{')
`
