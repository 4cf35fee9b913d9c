import type { Spelling } from './spelling.ts'

/** Columns by name, each with its expression. */
export type Columns = Readonly<Record<string, Spelling>>

export interface Order {
  readonly by: Spelling
  readonly direction: 'asc' | 'desc'
}

/** What becomes of rows, one after another. `number` counts from 1 within the rows that agree in `within`; what is missing comes last. */
export type Step =
  | { readonly step: 'where'; readonly condition: Spelling }
  | { readonly step: 'extend'; readonly columns: Columns }
  | { readonly step: 'select'; readonly columns: Columns }
  | { readonly step: 'group'; readonly by: readonly string[]; readonly columns: Columns }
  | { readonly step: 'join'; readonly kind: 'inner' | 'left'; readonly other: Relation; readonly on: readonly string[] }
  | { readonly step: 'number'; readonly as: string; readonly within: readonly string[]; readonly order: readonly Order[] }
  | { readonly step: 'expand'; readonly list: Spelling; readonly as: string; readonly index: string }
  | { readonly step: 'properties'; readonly list: Spelling; readonly columns: Readonly<Record<string, string>> }
  | { readonly step: 'sessions'; readonly as: string; readonly within: string; readonly time: string; readonly gapMinutes: number }

/** Where rows come from: a view by name, a table of the lake, or all rows of several relations with the same columns in the same order. */
export type Source = string | { readonly table: Spelling } | { readonly all: readonly Relation[] }

export interface Relation {
  readonly from: Source
  readonly steps: readonly Step[]
}

/** A view, and what a row of it is. */
export interface View extends Relation {
  readonly name: string
  readonly comment: string
  /** A table of the case, because much is made of it: views that read views that read views would read the lake a hundred times. */
  readonly isStored?: true
}
