import type { DuckDBConnection } from '@duckdb/node-api'
import { MailtrailError } from '@mailtrail/core'
import type { FetchedObjects } from './fetch-objects.ts'

/**
 * Loads every line as text, and marks the odd ones that SQL cannot take as they are: no JSON to DuckDB (half a
 * surrogate pair in a subject is enough), no object, or lists and objects wrapped in strings, as some exports have them.
 *
 * @param table - `lines` or `email_lines`
 * @throws {@link MailtrailError} `EVIDENCE_UNREADABLE`
 */
export async function loadLines(connection: DuckDBConnection, table: string, fetched: FetchedObjects): Promise<void> {
  await connection.run(`CREATE TABLE ${table} (line VARCHAR, is_odd BOOLEAN)`)
  if (fetched.objects === 0) return
  const bytes = Math.max(2 ** 21, fetched.longestLineBytes + 2)
  const insert = String.raw`
    INSERT INTO ${table}
    SELECT line, ${isOdd}
    FROM read_csv($files, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
      delim = chr(1), quote = '', escape = '', new_line = '\n', max_line_size = ${bytes}, buffer_size = ${2 * bytes})
    WHERE line IS NOT NULL`
  try {
    await connection.run(insert, { files: `${fetched.folder}/*.ndjson` })
  } catch {
    // DuckDB's own message quotes the line, which is mail content.
    throw new MailtrailError(
      'EVIDENCE_UNREADABLE',
      'An object of the lake holds a line that is no UTF-8 text: verify the lake, then ask again.',
    )
  }
}

const isOdd: string = String.raw`
  coalesce(json_type(TRY_CAST(line AS JSON)), '') <> 'OBJECT'
  OR regexp_matches(line, '"(Folders|FolderItems|OperationProperties)"\s*:\s*["{]')
  OR regexp_matches(line, '"(Item|ParentFolder|AppAccessContext)"\s*:\s*"')
  OR regexp_matches(line, '[\[,]\s*"\s*@?\{')
`
