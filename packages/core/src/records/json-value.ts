/** What `JSON.parse` can return. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A parsed record, or an object within one. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Tells an object from an array, null and plain values. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
