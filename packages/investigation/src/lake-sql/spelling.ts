/** Athena speaks Trino's SQL, so its views are Trino's. */
type Engine = 'duckdb' | 'trino' | 'kql'

/** One expression as each engine writes it. */
export type Spelling = Readonly<Record<Engine, string>>

/** A function over spelled operands. */
export type Phrase = (...operands: readonly Spelling[]) => Spelling

type Form = (...operands: string[]) => string

/** How an expression over operands is written; the two SQL engines often write it alike. */
type Forms = Readonly<Record<Engine, Form>> | { readonly sql: Form; readonly kql: Form }

/** Makes a function over spelled operands from its forms. */
export function spell(forms: Forms): Phrase {
  const form = (engine: Engine): Form => ('sql' in forms ? forms[engine === 'kql' ? 'kql' : 'sql'] : forms[engine])
  const write = (engine: Engine, operands: readonly Spelling[]) => form(engine)(...operands.map((operand) => operand[engine]))
  return (...operands) => ({ duckdb: write('duckdb', operands), trino: write('trino', operands), kql: write('kql', operands) })
}

/** The same text in every engine. */
export function verbatim(text: string): Spelling {
  return { duckdb: text, trino: text, kql: text }
}

/** A column. Some of ours bear names that KQL knows for types. */
export function column(name: string): Spelling {
  return { ...verbatim(name), kql: kqlName(name) }
}

export function kqlName(name: string): string {
  return ['time', 'date', 'kind'].includes(name) ? `['${name}']` : name
}
