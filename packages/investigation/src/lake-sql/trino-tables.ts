import type { ItemColumnType } from '../items/item-columns.ts'
import { type LakeTable, lakeTables, projectedDates, projectedOperations } from './lake-tables.ts'

const types: Readonly<Record<ItemColumnType, string>> = {
  VARCHAR: 'varchar',
  'VARCHAR[]': 'array(varchar)',
  BOOLEAN: 'boolean',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  TIMESTAMP: 'timestamp',
}

/** Tables of Trino's Hive connector, with the same projected partitions as Athena's. */
export function trinoTables(): string {
  return lakeTables
    .flatMap((table) => (table.hasDate ? [create(table, 'dated'), create(table, 'undated')] : [create(table, 'none')]))
    .join('\n')
}

/** A projected date cannot be `unknown`, so what has no date is a table of its own. */
type Dates = 'dated' | 'undated' | 'none'

function create({ name, folder, columns, partitions, isParquet }: LakeTable, dates: Dates): string {
  const keys = [...partitions, ...(dates === 'dated' ? ['date'] : [])]
  const settings = [
    ...(isParquet ? ["format = 'PARQUET'"] : ["format = 'TEXTFILE'", String.raw`textfile_field_separator = U&'\0001'`]),
    `external_location = '{{lake}}/${folder}'`,
    `partitioned_by = ARRAY[${keys.map((key) => `'${key}'`).join(', ')}]`,
    'partition_projection_enabled = true',
    ...(dates === 'dated' ? [] : [template(folder, keys, dates)]),
  ]
  const all = [
    ...columns.map((column) => `${column.name} ${types[column.type]}`),
    ...keys.map((key) => `${key} varchar WITH (${projection(key)})`),
  ]
  return `CREATE TABLE IF NOT EXISTS {{tables}}.${name}${dates === 'undated' ? '_undated' : ''} (
${all.map((column) => `  ${column}`).join(',\n')}
)
WITH (
${settings.map((setting) => `  ${setting}`).join(',\n')}
);
`
}

function projection(key: string): string {
  const list = (values: readonly string[]) => `ARRAY[${values.map((value) => `'${value}'`).join(', ')}]`
  if (key === 'operation') return `partition_projection_type = 'ENUM', partition_projection_values = ${list(projectedOperations)}`
  if (key === 'tenant') return "partition_projection_type = 'INJECTED'"
  return (
    `partition_projection_type = 'DATE', partition_projection_range = ${list(projectedDates)}, ` +
    "partition_projection_format = 'yyyy-MM-dd', partition_projection_interval = 1, partition_projection_interval_unit = 'DAYS'"
  )
}

function template(folder: string, keys: readonly string[], dates: Dates): string {
  const path = keys.map((key) => `${key}=\${${key}}/`).join('')
  return `partition_projection_location_template = '{{lake}}/${folder}/${path}${dates === 'undated' ? 'date=unknown/' : ''}'`
}
