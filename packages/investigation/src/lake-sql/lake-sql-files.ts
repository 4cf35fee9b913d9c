import { accessViews } from './access-views.ts'
import { adxTables, kqlFunction } from './adx-tables.ts'
import { athenaTables } from './athena-tables.ts'
import { duckdbTables } from './duckdb-tables.ts'
import { emailMessageViews } from './email-message-views.ts'
import { emailRowViews } from './email-row-views.ts'
import { evidenceViews } from './evidence-views.ts'
import { itemRowViews } from './item-row-views.ts'
import { lineViews } from './line-views.ts'
import { messageViews } from './message-views.ts'
import { questionViews } from './question-views.ts'
import type { View } from './relation.ts'
import { renderKql } from './render-kql.ts'
import { renderSql } from './render-sql.ts'
import { syncViews } from './sync-views.ts'
import { trinoTables } from './trino-tables.ts'

/** Each view after those that it reads. */
const views: readonly View[] = [
  questionViews,
  lineViews,
  itemRowViews,
  evidenceViews,
  emailRowViews,
  emailMessageViews,
  accessViews,
  messageViews,
  syncViews,
].flat()

const tablesNote = 'Made by `node --run lake-sql`; see README.md. Once a lake: put its address in place of {{lake}}'
const viewsNote =
  'Made by `node --run lake-sql`; see README.md. Once a case: put the question in place of {{tenant}}, {{from}}, {{to}}, {{mailbox}}, {{networks}}, {{sessions}}, {{apps}}'

/** What lies in `infra/lake-sql`, by its path there. */
export function lakeSqlFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['duckdb/tables.sql', `-- ${tablesNote}.\n\n${duckdbTables()}`],
    ['duckdb/views.sql', `-- ${viewsNote}.\n\n${sqlViews('duckdb')}`],
    ['athena/tables.sql', `-- ${tablesNote}, and a database in place of {{tables}}.\n\n${athenaTables()}`],
    ['athena/views.sql', `-- ${viewsNote}, and the database of the tables in place of {{tables}}.\n\n${sqlViews('trino')}`],
    ['trino/tables.sql', `-- ${tablesNote}, and a schema in place of {{tables}}.\n\n${trinoTables()}`],
    ['trino/views.sql', `-- ${viewsNote}, and the schema of the tables in place of {{tables}}.\n\n${sqlViews('trino')}`],
    ['adx/tables.kql', `// ${tablesNote}.\n\n${adxTables()}`],
    ['adx/views.kql', `// ${viewsNote}.\n\n${kqlViews()}`],
  ])
}

function sqlViews(engine: 'duckdb' | 'trino'): string {
  return views.map((view) => `-- ${view.comment}\n${sqlHead(engine, view)} AS\n${renderSql(engine, view)};\n`).join('\n')
}

function sqlHead(engine: 'duckdb' | 'trino', { name, isStored }: View): string {
  if (!isStored) return `CREATE OR REPLACE VIEW ${name}`
  return engine === 'duckdb' ? `CREATE OR REPLACE TABLE ${name}` : `DROP TABLE IF EXISTS ${name};\nCREATE TABLE ${name}`
}

function kqlViews(): string {
  return views.map((view) => `// ${view.comment}\n${kqlView(view)}`).join('\n')
}

function kqlView(view: View): string {
  return view.isStored
    ? `.set-or-replace ${view.name} <|\n  ${renderKql(view)}\n`
    : kqlFunction(`${view.name}() {\n  ${renderKql(view)}\n}`)
}
