import { dayMs, minuteMs } from '@mailtrail/core'
import { vouchBetweenMs } from '../mailbox-coverage.ts'
import { and, equals, isDateBetween, later, moment, placeholder, text } from './functions.ts'
import type { Columns, Relation, Step } from './relation.ts'
import { column, type Spelling } from './spelling.ts'
import { relation, select, where } from './steps.ts'

/** As far as the embedded engine reads: so long a record vouches, and the asked time may cut a day. */
const reachMinutes = (vouchBetweenMs + dayMs) / minuteMs

interface LakeRows {
  readonly name: 'raw' | 'items'
  readonly columns: Columns
  readonly condition?: Spelling
}

/** The dates of a table that an answer needs, and what has no date: a record without a usable time may be of any. */
export function lakeRows({ name, columns, condition }: LakeRows, ...steps: readonly Step[]): Relation {
  const all = { tenant: column('tenant'), ...columns }
  const ofTenant = equals(column('tenant'), placeholder('tenant'))
  const isAsked = condition === undefined ? [ofTenant] : [condition, ofTenant]
  const edge = (of: string, shift: number) => later(moment(placeholder(of)), shift)
  const isNear = isDateBetween(column('date'), edge('from', -reachMinutes), edge('to', reachMinutes))
  const undated: Spelling = { ...column('date'), trino: "'unknown'" }
  const near = relation(lakeTable(name, name), select(['date'], all), where(and(...isAsked, isNear)))
  const isUndated = equals(column('date'), text('unknown'))
  const unknown = relation(lakeTable(name, `${name}_undated`), select([], { date: undated, ...all }), where(and(...isAsked, isUndated)))
  return relation({ all: [near, unknown] }, ...steps)
}

/** Where dates are projected, what has none is a table of its own. */
function lakeTable(name: string, projected: string): { readonly table: Spelling } {
  return { table: { duckdb: name, trino: `{{tables}}.${projected}`, kql: `external_table('${name}')` } }
}
