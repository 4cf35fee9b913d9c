import type { Columns, Order, Relation, Source, Step } from './relation.ts'
import { column, type Spelling } from './spelling.ts'

export function relation(from: Source, ...steps: readonly Step[]): Relation {
  return { from, steps }
}

export function where(condition: Spelling): Step {
  return { step: 'where', condition }
}

export function extend(columns: Columns): Step {
  return { step: 'extend', columns }
}

/** Columns kept under their names, then new ones. */
export function select(names: readonly string[], columns: Columns = {}): Step {
  return { step: 'select', columns: { ...Object.fromEntries(names.map((name) => [name, column(name)])), ...columns } }
}

export function group(by: readonly string[], columns: Columns = {}): Step {
  return { step: 'group', by, columns }
}

export function join(other: Relation | string, on: readonly string[]): Step {
  return { step: 'join', kind: 'inner', other: toRelation(other), on }
}

/** Keeps rows without a partner. */
export function leftJoin(other: Relation | string, on: readonly string[]): Step {
  return { step: 'join', kind: 'left', other: toRelation(other), on }
}

export function number(as: string, within: readonly string[], order: readonly Order[]): Step {
  return { step: 'number', as, within, order }
}

export function asc(name: string): Order {
  return { by: column(name), direction: 'asc' }
}

export function desc(name: string): Order {
  return { by: column(name), direction: 'desc' }
}

/** A row for each element of a list; one without elements keeps its row, with nothing in it. `index` counts from 0 or 1. */
export function expand(list: Spelling, as: string, index: string): Step {
  return { step: 'expand', list, as, index }
}

/** Columns with every value, in lower case, that a list of `Name` and `Value` has under a name: neither order nor letter case is promised. */
export function properties(list: Spelling, columns: Readonly<Record<string, string>>): Step {
  return { step: 'properties', list, columns }
}

/** Numbers runs of rows of which none is further than the gap from the one before. */
export function sessions(as: string, within: string, time: string, gapMinutes: number): Step {
  return { step: 'sessions', as, within, time, gapMinutes }
}

function toRelation(other: Relation | string): Relation {
  return typeof other === 'string' ? relation(other) : other
}
