const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Parses UTF-8 JSON with or without a byte-order mark. Undefined, which no JSON text means, if it is neither. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    return undefined
  }
}
