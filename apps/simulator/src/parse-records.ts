import { parseJsonKeepingNumbers } from './json-text.ts'

/** The records of a body, their numbers as they are written; `undefined` if it is not a JSON array of objects. */
export function parseRecords(body: string | Buffer): readonly object[] | undefined {
  try {
    const value = parseJsonKeepingNumbers(String(body).replace(/^\uFEFF/, ''))
    return Array.isArray(value) && value.every((record) => typeof record === 'object' && record !== null) ? value : undefined
  } catch {
    return undefined
  }
}
