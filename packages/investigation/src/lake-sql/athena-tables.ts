import type { ItemColumnType } from '../items/item-columns.ts'
import { type LakeTable, lakeTables, projectedDates, projectedOperations } from './lake-tables.ts'

const types: Readonly<Record<ItemColumnType, string>> = {
  VARCHAR: 'string',
  'VARCHAR[]': 'array<string>',
  BOOLEAN: 'boolean',
  INTEGER: 'int',
  BIGINT: 'bigint',
  TIMESTAMP: 'timestamp',
}

/** Athena's tables, whose partitions are projected: nothing has to be registered, and a query must name a tenant. */
export function athenaTables(): string {
  return lakeTables
    .flatMap((table) => (table.hasDate ? [create(table, 'dated'), create(table, 'undated')] : [create(table, 'none')]))
    .join('\n')
}

/** A projected date cannot be `unknown`, so what has no date is a table of its own. */
type Dates = 'dated' | 'undated' | 'none'

function create({ name, folder, columns, partitions, isParquet }: LakeTable, dates: Dates): string {
  const keys = [...partitions, ...(dates === 'dated' ? ['date'] : [])]
  const format = isParquet ? 'STORED AS PARQUET' : String.raw`ROW FORMAT DELIMITED FIELDS TERMINATED BY '\001' STORED AS TEXTFILE`
  const settings = [
    "'projection.enabled' = 'true'",
    ...keys.flatMap(projection),
    ...(dates === 'dated' ? [] : [template(folder, keys, dates)]),
  ]
  return `CREATE EXTERNAL TABLE IF NOT EXISTS {{tables}}.${name}${dates === 'undated' ? '_undated' : ''} (
${columns.map((column) => `  \`${column.name}\` ${types[column.type]}`).join(',\n')}
)
PARTITIONED BY (${keys.map((key) => `\`${key}\` string`).join(', ')})
${format}
LOCATION '{{lake}}/${folder}/'
TBLPROPERTIES (
${settings.map((setting) => `  ${setting}`).join(',\n')}
);
`
}

function projection(key: string): string[] {
  if (key === 'operation') {
    return ["'projection.operation.type' = 'enum'", `'projection.operation.values' = '${projectedOperations.join(',')}'`]
  }
  if (key === 'tenant') return ["'projection.tenant.type' = 'injected'"]
  return [
    "'projection.date.type' = 'date'",
    `'projection.date.range' = '${projectedDates.join(',')}'`,
    "'projection.date.format' = 'yyyy-MM-dd'",
    "'projection.date.interval' = '1'",
    "'projection.date.interval.unit' = 'DAYS'",
  ]
}

function template(folder: string, keys: readonly string[], dates: Dates): string {
  const path = keys.map((key) => `${key}=\${${key}}/`).join('')
  return `'storage.location.template' = '{{lake}}/${folder}/${path}${dates === 'undated' ? 'date=unknown/' : ''}'`
}
