import { DuckDBInstance } from '@duckdb/node-api'
import { lakeSqlFiles } from '../lake-sql/lake-sql-files.ts'
import { type LakeFixture, tenantId } from './lake-fixture.ts'

export type Row = Readonly<Record<string, unknown>>

/** DuckDB with the tables and views of one case over a fixture's lake, as an analyst has them. */
export interface LakeSqlCase extends AsyncDisposable {
  /** Makes the views and tables of the case anew; each value stands in place of its name. */
  open(question?: Readonly<Record<string, string>>): Promise<void>
  rows(sql: string): Promise<Row[]>
}

const asked = {
  tenant: tenantId,
  from: '2024-03-14 00:00:00',
  to: '2024-03-15 00:00:00',
  mailbox: '',
  networks: '174.20.0.0/16',
  sessions: '',
  apps: '',
}

export async function createLakeSqlCase({ lake }: Pick<LakeFixture, 'lake'>): Promise<LakeSqlCase> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const run = async (name: string, values: Readonly<Record<string, string>>) => {
    const text = lakeSqlFiles().get(name) ?? ''
    await connection.run(text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? ''))
  }
  await run('duckdb/tables.sql', { lake: lake.place })
  return {
    open: (question = {}) => run('duckdb/views.sql', { ...asked, ...question }),
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson(),
    async [Symbol.asyncDispose]() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
