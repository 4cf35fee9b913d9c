import { readFileSync } from 'node:fs'
import { HiveSQL } from 'dt-sql-parser/dist/parser/hive/index.js'
import { TrinoSQL } from 'dt-sql-parser/dist/parser/trino/index.js'
import { describe, expect, test } from 'vitest'
import { itemColumns } from '../items/item-columns.ts'
import { kqlSchema } from '../testing/kql-schema.ts'
import { lakeSqlFiles } from './lake-sql-files.ts'

const files = lakeSqlFiles()
const checkedIn = new URL('../../../../infra/lake-sql/', import.meta.url)

function fileOf(name: string): string {
  return (files.get(name) ?? '').replaceAll(/^(--|\/\/).*\n/gm, '')
}

function statements(name: string): string[] {
  const text = fileOf(name).replaceAll('{{tables}}', 'mailtrail')
  return text.split(/;\n/).filter((statement) => statement.trim() !== '')
}

describe(lakeSqlFiles, () => {
  test.each([...files.keys()])('%s is what the definition makes: else run node --run lake-sql', (name) => {
    expect(readFileSync(new URL(name, checkedIn), 'utf8')).toBe(files.get(name))
  })

  test.each(['trino/tables.sql', 'trino/views.sql'])(
    '%s is in the grammar of Trino',
    (name) => {
      const parser = new TrinoSQL()
      expect(statements(name).flatMap((statement) => parser.validate(statement))).toEqual([])
    },
    60_000,
  )

  test('athena/tables.sql is in the grammar of Hive', () => {
    const parser = new HiveSQL()
    expect(statements('athena/tables.sql').flatMap((statement) => parser.validate(`${statement};`))).toEqual([])
  })

  test('every table, column and type that the KQL names is there, and its item rows have the columns of items', () => {
    const commands = [...fileOf('adx/tables.kql').split(/^(?=\.)/m), ...fileOf('adx/views.kql').split(/^(?=\.)/m)]
    const { columns, faults } = kqlSchema(commands.map((command) => command.trim()).filter((command) => command !== ''))
    expect(faults).toEqual([])
    const kql = { VARCHAR: 'string', 'VARCHAR[]': 'dynamic', BOOLEAN: 'bool', INTEGER: 'int', BIGINT: 'long', TIMESTAMP: 'datetime' }
    const expected = itemColumns.map(({ name, type }) => `${name}:${kql[type]}`)
    expect(columns.get('item_rows')).toEqual([...expected, 'date:string', 'record_key:string', 'record_group:string'])
    expect(columns.get('compacted')).toEqual(columns.get('raw_items'))
  }, 60_000)
})
