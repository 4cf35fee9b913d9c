import { column, type Phrase, type Spelling, spell, verbatim } from './spelling.ts'

export function text(value: string): Spelling {
  return verbatim(`'${value}'`)
}

/** What is put in place of `{{name}}` before a file is run. */
export function placeholder(name: string): Spelling {
  return text(`{{${name}}}`)
}

/** A value of the question. */
export function asked(name: string): Spelling {
  return spell({ sql: (value) => `(SELECT ${value} FROM question)`, kql: (value) => `toscalar(question | project ${value})` })(column(name))
}

export const equals: Phrase = spell({ sql: (a, b) => `${a} = ${b}`, kql: (a, b) => `${a} == ${b}` })
export const differs: Phrase = spell({ sql: (a, b) => `${a} <> ${b}`, kql: (a, b) => `${a} != ${b}` })
export const atMost: Phrase = spell({ sql: (a, b) => `${a} <= ${b}`, kql: (a, b) => `${a} <= ${b}` })
export const below: Phrase = spell({ sql: (a, b) => `${a} < ${b}`, kql: (a, b) => `${a} < ${b}` })
export const plus: Phrase = spell({ sql: (a, b) => `${a} + ${b}`, kql: (a, b) => `${a} + ${b}` })
export const not: Phrase = spell({ sql: (a) => `NOT ${a}`, kql: (a) => `not(${a})` })

export function and(...conditions: readonly Spelling[]): Spelling {
  return spell({ sql: (...all) => `(${all.join(' AND ')})`, kql: (...all) => `(${all.join(' and ')})` })(...conditions)
}

export function or(...conditions: readonly Spelling[]): Spelling {
  return spell({ sql: (...all) => `(${all.join(' OR ')})`, kql: (...all) => `(${all.join(' or ')})` })(...conditions)
}

/** Of a column that holds one of some words. */
export function says(name: string, word: string): Spelling {
  return equals(column(name), text(word))
}

export const isTrue: Phrase = spell({ sql: (a) => `coalesce(${a}, false)`, kql: (a) => `coalesce(${a}, false)` })

/** KQL has no missing text, but empty ones. */
export const isMissing: Phrase = spell({ sql: (a) => `${a} IS NULL`, kql: (a) => `isempty(${a})` })
export const isGiven: Phrase = spell({ sql: (a) => `${a} IS NOT NULL`, kql: (a) => `isnotempty(${a})` })
export const missingText: Spelling = { duckdb: 'CAST(NULL AS VARCHAR)', trino: 'CAST(NULL AS VARCHAR)', kql: "''" }
export const missingNumber: Spelling = { duckdb: 'CAST(NULL AS BIGINT)', trino: 'CAST(NULL AS BIGINT)', kql: 'long(null)' }

export function coalesce(...values: readonly Spelling[]): Spelling {
  return spell({ sql: (...all) => `coalesce(${all.join(', ')})`, kql: (...all) => `coalesce(${all.join(', ')})` })(...values)
}

/** Condition and value in turns, and the value where none holds. */
export function choose(...parts: readonly Spelling[]): Spelling {
  return spell({ sql: sqlCase, kql: (...all) => `case(${all.join(', ')})` })(...parts)
}

function sqlCase(...parts: readonly string[]): string {
  const pairs = Array.from({ length: (parts.length - 1) / 2 }, (_, index) => `WHEN ${parts[2 * index]} THEN ${parts[2 * index + 1]}`)
  return `CASE ${pairs.join(' ')} ELSE ${parts.at(-1)} END`
}

export function concat(...texts: readonly Spelling[]): Spelling {
  return spell({ sql: (...all) => `concat(${all.join(', ')})`, kql: (...all) => `strcat(${all.join(', ')})` })(...texts)
}

export const toText: Phrase = spell({ sql: (a) => `CAST(${a} AS VARCHAR)`, kql: (a) => `tostring(${a})` })
export const lower: Phrase = spell({ sql: (a) => `lower(${a})`, kql: (a) => `tolower(${a})` })
export const startsWith: Phrase = spell({ sql: (a, b) => `starts_with(${a}, ${b})`, kql: (a, b) => `${a} startswith_cs ${b}` })

/** Those of several texts that are given. */
export function givenTexts(...texts: readonly Spelling[]): Spelling {
  return spell({
    duckdb: (...all) => `list_filter([${all.join(', ')}], lambda a: a IS NOT NULL)`,
    trino: (...all) => `filter(ARRAY[${all.join(', ')}], a -> a IS NOT NULL)`,
    kql: (...all) => `set_difference(pack_array(${all.join(', ')}), dynamic(['']))`,
  })(...texts)
}

export const splitAtComma: Phrase = spell({
  duckdb: (a) => `list_filter(list_transform(string_split(${a}, ','), lambda t: trim(t)), lambda t: t <> '')`,
  trino: (a) => `filter(transform(split(${a}, ','), t -> trim(t)), t -> t <> '')`,
  kql: (a) => `set_difference(split(replace_string(${a}, ' ', ''), ','), dynamic(['']))`,
})
export const isEmptyList: Phrase = spell({
  duckdb: (a) => `coalesce(len(${a}), 0) = 0`,
  trino: (a) => `coalesce(cardinality(${a}), 0) = 0`,
  kql: (a) => `coalesce(array_length(${a}), 0) == 0`,
})
export const haveCommon: Phrase = spell({
  duckdb: (a, b) => `list_has_any(${a}, ${b})`,
  trino: (a, b) => `arrays_overlap(${a}, ${b})`,
  kql: (a, b) => `array_length(set_intersect(${a}, ${b})) > 0`,
})
export const contains: Phrase = spell({
  duckdb: (a, b) => `list_contains(${a}, ${b})`,
  trino: (a, b) => `contains(${a}, ${b})`,
  kql: (a, b) => `set_has_element(${a}, ${b})`,
})

/** A moment written without a zone, in UTC. */
export const moment: Phrase = spell({
  sql: (a) => `CAST(${a} AS TIMESTAMP)`,
  kql: (a) => `todatetime(${a})`,
})
/** @param minutes - whole; earlier where negative */
export function later(time: Spelling, minutes: number): Spelling {
  const [sign, size] = [minutes < 0 ? '-' : '+', Math.abs(minutes)]
  return spell({ sql: (t) => `${t} ${sign} INTERVAL '${size}' MINUTE`, kql: (t) => `${t} ${sign} ${size}m` })(time)
}

export const count: Spelling = { ...verbatim('count(*)'), kql: 'count()' }
export const countIf: Phrase = spell({ sql: (a) => `count(*) FILTER (WHERE ${a})`, kql: (a) => `countif(${a})` })
export const countDistinct: Phrase = spell({ sql: (a) => `count(DISTINCT ${a})`, kql: (a) => `count_distinctif(${a}, isnotempty(${a}))` })
export const earliest: Phrase = spell({ sql: (a) => `min(${a})`, kql: (a) => `min(${a})` })
export const latest: Phrase = spell({ sql: (a) => `max(${a})`, kql: (a) => `max(${a})` })
export const some: Phrase = spell({ sql: (a) => `coalesce(bool_or(${a}), false)`, kql: (a) => `countif(${a}) > 0` })
/** All different values, in order. */
export const valuesOf: Phrase = spell({
  duckdb: (a) => `coalesce(list_sort(list(DISTINCT ${a}) FILTER (WHERE ${a} IS NOT NULL)), [])`,
  trino: (a) => `coalesce(array_sort(array_agg(DISTINCT ${a}) FILTER (WHERE ${a} IS NOT NULL)), ARRAY[])`,
  kql: (a) => `array_sort_asc(make_set_if(${a}, isnotempty(${a})))`,
})

const missingTime: Spelling = { ...verbatim('CAST(NULL AS TIMESTAMP)'), kql: 'datetime(null)' }
export const missingTruth: Spelling = { ...verbatim('CAST(NULL AS BOOLEAN)'), kql: 'bool(null)' }
export const yes: Spelling = verbatim('true')
export const no: Spelling = verbatim('false')

export const toInteger: Phrase = spell({ sql: (a) => `CAST(${a} AS INTEGER)`, kql: (a) => `toint(${a})` })

/** Whether a date, as text, is that of one moment, of another, or between them. KQL orders no text, and finds partitions by their names. */
export const isDateBetween: Phrase = spell({
  duckdb: (date, from, to) => `${date} BETWEEN strftime(${from}, '%Y-%m-%d') AND strftime(${to}, '%Y-%m-%d')`,
  trino: (date, from, to) => `${date} BETWEEN date_format(${from}, '%Y-%m-%d') AND date_format(${to}, '%Y-%m-%d')`,
  kql: (date, from, to) =>
    `${date} in (toscalar(range day from startofday(${from}) to ${to} step 1d | summarize make_list(format_datetime(day, 'yyyy-MM-dd'))))`,
})

/** Of values that are all alike. */
export const anyOf: Phrase = spell({ duckdb: (a) => `any_value(${a})`, trino: (a) => `arbitrary(${a})`, kql: (a) => `take_any(${a})` })

/** Times outside the years 2000 to 2100 are no times. */
export function saneTime(time: Spelling): Spelling {
  const isSane = and(atMost(moment(text('2000-01-01 00:00:00')), time), below(time, moment(text('2101-01-01 00:00:00'))))
  return choose(isSane, time, missingTime)
}

/** What follows the last `@`. */
export const domainOf: Phrase = spell({
  duckdb: (a) => `split_part(${a}, '@', -1)`,
  trino: (a) => `regexp_extract(${a}, '[^@]*$')`,
  kql: (a) => `extract(@'[^@]*$', 0, ${a})`,
})
