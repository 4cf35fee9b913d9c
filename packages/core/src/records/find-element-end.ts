/** Where a scan stands within one array element, carried from chunk to chunk. */
export interface ElementState {
  depth: number
  /** The greatest depth so far. */
  deepest: number
  inString: boolean
  escaped: boolean
}

const quote = 0x22
const comma = 0x2c
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

const isStructural = new Uint8Array(256)
for (const byte of [quote, comma, openBracket, closeBracket, openBrace, closeBrace]) isStructural[byte] = 1

/**
 * The index of the `,` or `]` that ends the array element, or `chunk.length` while it goes on into the next chunk.
 *
 * Brackets are counted, not matched: whether the element is JSON is for `JSON.parse` to say.
 */
export function findElementEnd(chunk: Uint8Array, from: number, state: ElementState): number {
  let at = from
  while (at < chunk.length) {
    if (state.inString) at = skipString(chunk, at, state)
    while (at < chunk.length && isStructural[chunk[at] ?? 0] === 0) at += 1
    if (at >= chunk.length || endsElement(chunk[at], state)) return at
    takeStructural(chunk[at], state)
    at += 1
  }
  return at
}

/** Returns the index behind the closing quote, or `chunk.length`. A backslash may be the last byte of a chunk. */
function skipString(chunk: Uint8Array, from: number, state: ElementState): number {
  let at = from
  if (state.escaped) {
    state.escaped = false
    at += 1
  }
  for (; at < chunk.length; at += 1) {
    const byte = chunk[at]
    if (byte === quote) {
      state.inString = false
      return at + 1
    }
    if (byte === backslash) at += 1
  }
  state.escaped = at > chunk.length
  return chunk.length
}

function endsElement(byte: number | undefined, { depth }: ElementState): boolean {
  return depth === 0 && (byte === comma || byte === closeBracket)
}

function takeStructural(byte: number | undefined, state: ElementState): void {
  if (byte === quote) state.inString = true
  else if (byte === openBrace || byte === openBracket) {
    state.depth += 1
    state.deepest = Math.max(state.deepest, state.depth)
  } else if (byte !== comma && state.depth > 0) state.depth -= 1
}
