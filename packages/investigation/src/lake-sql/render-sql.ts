import type { Columns, Order, Relation, Source, Step } from './relation.ts'
import type { Spelling } from './spelling.ts'
import { trimmed } from './trino-functions.ts'

type SqlEngine = 'duckdb' | 'trino'

/** The query of a relation: a common table expression a step. */
export function renderSql(engine: SqlEngine, relation: Relation): string {
  const steps: string[] = []
  const add = (body: string): string => `step_${steps.push(body)}`
  const last = addRelation(engine, add, relation)
  const body = steps.pop()
  if (body === undefined) return `SELECT * FROM ${last}`
  const named = steps.map((step, index) => `step_${index + 1} AS (\n${indent(step)}\n)`)
  return named.length === 0 ? body : `WITH ${named.join(', ')}\n${body}`
}

type Add = (body: string) => string

function addRelation(engine: SqlEngine, add: Add, { from, steps }: Relation): string {
  return steps.reduce((previous, step) => addStep(engine, add, previous, step), addSource(engine, add, from))
}

function addSource(engine: SqlEngine, add: Add, source: Source): string {
  if (typeof source === 'string') return source
  if ('table' in source) return source.table[engine]
  const parts = source.all.map((part) => `SELECT * FROM ${addRelation(engine, add, part)}`)
  return add(parts.join('\nUNION ALL\n'))
}

function addStep(engine: SqlEngine, add: Add, from: string, step: Step): string {
  switch (step.step) {
    case 'where':
      return add(`SELECT * FROM ${from}\nWHERE ${step.condition[engine]}`)
    case 'extend':
      return add(`SELECT *,\n${list(engine, step.columns)}\nFROM ${from}`)
    case 'select':
      return add(`SELECT\n${list(engine, step.columns)}\nFROM ${from}`)
    case 'group':
      return add(groupQuery(engine, from, step.by, step.columns))
    case 'join':
      return add(
        `SELECT * FROM ${from}\n${step.kind === 'left' ? 'LEFT JOIN' : 'JOIN'} ${addRelation(engine, add, step.other)} USING (${step.on.join(', ')})`,
      )
    case 'number':
      return add(`SELECT *, row_number() OVER (${within(step.within)}${orders(engine, step.order)}) AS ${step.as}\nFROM ${from}`)
    case 'expand':
      return add(
        `SELECT * FROM ${from}\nCROSS JOIN UNNEST(${padded(engine, step.list)}) WITH ORDINALITY AS element (${step.as}, ${step.index})`,
      )
    case 'properties':
      return add(`SELECT *,\n${propertyLists(engine, step)}\nFROM ${from}`)
    case 'sessions':
      return addSessions(add, from, step)
  }
}

function groupQuery(engine: SqlEngine, from: string, by: readonly string[], columns: Columns): string {
  if (Object.keys(columns).length === 0) return `SELECT DISTINCT ${by.join(', ')} FROM ${from}`
  const keys = by.length === 0 ? '' : `\n  ${by.join(', ')},`
  return `SELECT${keys}\n${list(engine, columns)}\nFROM ${from}${by.length === 0 ? '' : `\nGROUP BY ${by.join(', ')}`}`
}

function addSessions(add: Add, from: string, { as, within: key, time, gapMinutes }: Extract<Step, { readonly step: 'sessions' }>): string {
  const over = `OVER (PARTITION BY ${key} ORDER BY ${time})`
  const isNear = `${time} <= lag(${time}) ${over} + INTERVAL '${gapMinutes}' MINUTE`
  const started = add(`SELECT *, CASE WHEN ${isNear} THEN 0 ELSE 1 END AS starts\nFROM ${from}`)
  return add(`SELECT *, sum(starts) ${over} AS ${as}\nFROM ${started}`)
}

function padded(engine: SqlEngine, { duckdb, trino }: Spelling): string {
  return engine === 'duckdb'
    ? `CASE WHEN len(${duckdb}) > 0 THEN ${duckdb} ELSE [NULL] END`
    : `CASE WHEN cardinality(${trino}) > 0 THEN ${trino} ELSE ARRAY[NULL] END`
}

function within(names: readonly string[]): string {
  return names.length === 0 ? '' : `PARTITION BY ${names.join(', ')} `
}

function orders(engine: SqlEngine, order: readonly Order[]): string {
  return `ORDER BY ${order.map(({ by, direction }) => `${by[engine]} ${direction.toUpperCase()} NULLS LAST`).join(', ')}`
}

function list(engine: SqlEngine, columns: Columns): string {
  return Object.entries(columns)
    .map(([name, { [engine]: text }]) => (text === name ? `  ${name}` : `  ${text} AS ${name}`))
    .join(',\n')
}

function propertyLists(engine: SqlEngine, { list: properties, columns }: Extract<Step, { readonly step: 'properties' }>): string {
  const value = (member: string) => (engine === 'duckdb' ? `word_of(json_extract(p, '$.${member}'))` : trinoWord(member))
  const lists = Object.entries(columns).map(([as, name]) => {
    const holds = `${value('Name')} = '${name}'`
    return engine === 'duckdb'
      ? `  list_transform(list_filter(${properties.duckdb}, lambda p: ${holds}), lambda p: ${value('Value')}) AS ${as}`
      : `  transform(filter(${properties.trino}, p -> ${holds}), p -> ${value('Value')}) AS ${as}`
  })
  return lists.join(',\n')
}

function trinoWord(member: string): string {
  return `lower(${trimmed(`json_extract_scalar(p, '$.${member}')`)})`
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
