import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts'

type Value = JsonValue | undefined

/** A text with something in it; everything else counts as absent. */
export function readText(value: Value): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** A number, or its text: exports and some workloads send `"50"` and `"1156492.00"`. */
export function readNumber(value: Value): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** A boolean, or its text in any letter case. */
export function readBoolean(value: Value): boolean | undefined {
  const word = String(value).trim().toLowerCase()
  if (word === 'true') return true
  return word === 'false' ? false : undefined
}

/** The objects of a list, also where the list is JSON inside a string, or its objects are PowerShell text; the rest is passed over. */
export function readObjects(value: Value): JsonObject[] {
  const parsed = typeof value === 'string' ? parseJson(value) : value
  const list: readonly JsonValue[] = Array.isArray(parsed) ? parsed : parsed === undefined ? [] : [parsed as JsonValue]
  return list.map(readObject).filter((object) => object !== undefined)
}

/** An object, also as JSON inside a string or as PowerShell text. */
export function readObject(value: Value): JsonObject | undefined {
  if (isJsonObject(value)) return value
  if (typeof value !== 'string') return undefined
  const parsed = parseJson(value)
  return isJsonObject(parsed) ? parsed : undefined
}

function parseJson(text: string): JsonValue | undefined {
  if (text.trimStart().startsWith('@{')) return parsePowerShell(text.trim())
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** `@{Value=Bind; Name=MailAccessType}`, which PowerShell makes of an object below its export's depth; lists in it are lost. */
function parsePowerShell(text: string): JsonObject | undefined {
  if (!text.endsWith('}')) return undefined
  const members = text.slice(2, -1).split(/; (?=\w+=)/)
  return Object.fromEntries(members.map((member) => splitOnce(member, '=')))
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}
