import type { Columns, Relation, Source, Step } from './relation.ts'
import { kqlName, type Spelling } from './spelling.ts'

/** The query of a relation: an operator a step. */
export function renderKql({ from, steps }: Relation): string {
  return [renderSource(from), ...steps.flatMap(renderStep)].join('\n| ')
}

function renderSource(source: Source): string {
  if (typeof source === 'string') return source
  return 'table' in source ? source.table.kql : `union ${source.all.map(nested).join(', ')}`
}

function renderStep(step: Step): string[] {
  switch (step.step) {
    case 'where':
      return [`where ${step.condition.kql}`]
    case 'extend':
      return [`extend ${assignments(step.columns)}`]
    case 'select':
      return [`project ${assignments(step.columns)}`]
    case 'group':
      return [groupOperator(step.by, step.columns)]
    case 'join':
      return renderJoin(step)
    case 'number':
      return [
        `sort by ${[...step.within.map((name) => `${kqlName(name)} asc`), ...step.order.map(({ by, direction }) => `${by.kql} ${direction} nulls last`)].join(', ')}`,
        `extend ${step.as} = row_number(1${step.within.length === 0 ? '' : `, ${step.within.map(isNew).join(' or ')}`})`,
      ]
    case 'expand':
      return [`mv-expand with_itemindex=${step.index} ${step.as} = ${padded(step.list)}`]
    case 'properties':
      return [`mv-apply property = ${padded(step.list)} on (\n    summarize ${propertySets(step.columns)}\n  )`]
    case 'sessions':
      return [
        `sort by ${kqlName(step.within)} asc, ${kqlName(step.time)} asc`,
        `extend ${step.as} = row_window_session(${kqlName(step.time)}, 36500d, ${step.gapMinutes}m, ${isNew(step.within)})`,
      ]
  }
}

/** The right side's keys come along under names of their own, and go. */
function renderJoin({ kind, other, on }: Extract<Step, { readonly step: 'join' }>): string[] {
  return [
    `join kind=${kind === 'left' ? 'leftouter' : 'inner'} ${nested(other)} on ${on.map(kqlName).join(', ')}`,
    `project-away ${on.map((name) => `${name}1`).join(', ')}`,
  ]
}

function groupOperator(by: readonly string[], columns: Columns): string {
  const keys = by.map(kqlName).join(', ')
  if (Object.keys(columns).length === 0) return `distinct ${keys}`
  return `summarize ${assignments(columns)}${by.length === 0 ? '' : ` by ${keys}`}`
}

function propertySets(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([as, name]) => `${as} = make_set_if(word_of(property.Value), word_of(property.Name) == '${name}')`)
    .join(',\n      ')
}

/** An empty list would take its row along. */
function padded({ kql }: Spelling): string {
  return `iff(array_length(${kql}) > 0, ${kql}, dynamic([null]))`
}

function isNew(name: string): string {
  return `${kqlName(name)} != prev(${kqlName(name)})`
}

function nested(relation: Relation): string {
  const text = renderKql(relation)
  return text.includes('\n') ? `(\n${text.replaceAll(/^/gm, '    ')}\n  )` : `(${text})`
}

function assignments(columns: Columns): string {
  return Object.entries(columns)
    .map(([name, { kql }]) => (kql === kqlName(name) ? kql : `${kqlName(name)} = ${kql}`))
    .join(',\n    ')
}
