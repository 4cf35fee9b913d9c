import { duckdbMacros } from './duckdb-macros.ts'
import { type LakeTable, lakeTables } from './lake-tables.ts'

/** Records are a few KB; a longer line is an error, never left out. */
const maxLineBytes = 16 * 1024 * 1024

/** Views over the files of a lake, and the macros that the other views call. */
export function duckdbTables(): string {
  return `${duckdbMacros}\n${lakeTables.map((table) => `CREATE OR REPLACE VIEW ${table.name} AS\n${query(table)};\n`).join('\n')}`
}

function query(table: LakeTable): string {
  const folders = [...table.partitions, 'date'].map((name) => `${name}=*`).join('/')
  const path = `'{{lake}}/${table.folder}/${folders}/${table.isParquet ? 'items.parquet' : '*.ndjson.*'}'`
  const partitions = [...table.partitions, 'date'].join(', ')
  const hive = 'hive_partitioning = true, hive_types_autocast = false'
  if (table.isParquet) {
    return `SELECT ${table.columns.map(({ name }) => name).join(', ')}, ${partitions}\nFROM read_parquet(${path}, ${hive})`
  }
  return String.raw`SELECT line, regexp_extract(filename, '([^/]+)\.ndjson\.[a-z]+$', 1) AS raw_object, ${partitions}
FROM read_csv(${path}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
  delim = chr(1), quote = '', escape = '', new_line = '\n', max_line_size = ${maxLineBytes}, buffer_size = ${2 * maxLineBytes},
  filename = true, ${hive})`
}
