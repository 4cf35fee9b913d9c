/** A primitive that keeps the text it was written with, as `JSON.rawJSON` makes it. */
export type RawJson = Readonly<{ rawJSON: string }>

interface JsonWithText {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
  rawJSON(text: string): RawJson
  isRawJSON(value: unknown): value is RawJson
}

// TypeScript's library has no declaration of these ECMAScript additions yet.
const json = JSON as unknown as JsonWithText

/** A value that `JSON.stringify` prints as exactly `text`, which must be one JSON primitive, such as `1156492.00`. */
export function rawJson(text: string): RawJson {
  return json.rawJSON(text)
}

/**
 * Parses JSON and keeps every number whose text JavaScript would not reproduce (`1156492.00`, `1e3`, 20 digits) as {@link RawJson}.
 *
 * @throws SyntaxError if `text` is not JSON
 */
export function parseJsonKeepingNumbers(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && source !== JSON.stringify(value) ? json.rawJSON(source) : value,
  )
}

/**
 * One text for all spellings of a value: keys sorted by code unit, no white space, strings as `JSON.stringify` prints them,
 * number tokens exactly as they were sent.
 */
export function canonicalJson(value: unknown): string {
  if (json.isRawJSON(value)) return canonicalRaw(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

function canonicalRaw(value: RawJson): string {
  const text = JSON.stringify(value)
  return text.startsWith('"') ? JSON.stringify(JSON.parse(text)) : text
}
