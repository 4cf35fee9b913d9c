import type { ItemColumnType } from '../items/item-columns.ts'
import { kqlFunctions } from './kql-functions.ts'
import { type LakeTable, lakeTables } from './lake-tables.ts'
import { kqlName } from './spelling.ts'

const types: Readonly<Record<ItemColumnType, string>> = {
  VARCHAR: 'string',
  'VARCHAR[]': 'dynamic',
  BOOLEAN: 'bool',
  INTEGER: 'int',
  BIGINT: 'long',
  TIMESTAMP: 'datetime',
}

/** External tables of Azure Data Explorer, whose partitions are text and so may be `unknown`, and the functions that the views call. */
export function adxTables(): string {
  return [...lakeTables.map(create), ...kqlFunctions.map(kqlFunction)].join('\n')
}

function create({ name, folder, columns, partitions, isParquet }: LakeTable): string {
  const keys = [...partitions, 'date']
  const path = keys.map((key, index) => `"${index === 0 ? '' : '/'}${key}=" ${kqlName(key)}`).join(' ')
  return `.create-or-alter external table ${name} (
${columns.map((column) => `  ${kqlName(column.name)}: ${types[column.type]}`).join(',\n')}
)
kind = storage
partition by (${keys.map((key) => `${kqlName(key)}: string`).join(', ')})
pathformat = (${path})
dataformat = ${isParquet ? 'parquet' : 'txt'}
(h@'{{lake}}/${folder};impersonate')
with (folder = 'mailtrail')
`
}

/** @param definition - name, parameters and body */
export function kqlFunction(definition: string): string {
  return `.create-or-alter function with (folder = 'mailtrail', skipvalidation = 'true')\n${definition}\n`
}
