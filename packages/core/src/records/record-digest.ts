import { createHash } from 'node:crypto'
import { isJsonObject } from './json-value.ts'

/** Part of ES2026 and of Node.js 22 and later, ahead of TypeScript's library. */
interface JsonWithSource {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
}
const json: JsonWithSource = JSON as typeof JSON & JsonWithSource

/**
 * The text of a record that is the same however the service orders its keys and sets its white space: keys sorted by code unit at every
 * level, strings as `JSON.stringify` prints them, numbers exactly as sent (`1156492.00` and 2^53 + 1 would not survive a number).
 *
 * @throws SyntaxError when `text` is not JSON
 */
export function canonicalRecord(text: string): string {
  if (!oddNumber.test(text)) return print(JSON.parse(text))
  return print(json.parse(text, (_key, value, { source }) => (typeof value === 'number' && source ? json.rawJSON(source) : value)))
}

/**
 * Finds every number that is not printed as it was sent, and some texts in strings beside: all others are whole numbers of at most 15
 * digits. Without one, a plain parse gives the same text in half the time.
 */
const oddNumber = /(?:^|[:[,])\s*(?:-0|-?\d+[.eE]|-?\d{16})/

/** Lower-case hex SHA-256 of {@link canonicalRecord}: equal for two deliveries of one record, different for a variant. */
export function recordDigest(text: string): string {
  return sha256(canonicalRecord(text))
}

export interface RecordEntry {
  readonly id: string
  readonly digest: string
}

/** Lower-case hex SHA-256 over the {@link recordLine}s, sorted by code unit: the same for the same records in any order. */
export function recordsDigest(entries: Iterable<RecordEntry>): string {
  return sha256(Array.from(entries, recordLine).sort().join(''))
}

/** What a record adds to {@link recordsDigest}. */
export function recordLine({ id, digest }: RecordEntry): string {
  return `${id} ${digest}\n`
}

function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`
  if (!isJsonObject(value) || json.isRawJSON(value)) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${print(value[key])}`).join(',')}}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
