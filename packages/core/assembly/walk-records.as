/**
 * AssemblyScript, compiled by `node --run wasm` into ../src/records/walk-records-wasm.ts.
 *
 * Walks the records of an audit body and says of each whether it is kept. It takes plain records only: every byte is checked as `JSON.parse` would, but for
 * strings being UTF-8, and the walk stops at the first record that it cannot vouch for.
 *
 * The memory holds, in this order, the kinds of open brackets, what is to be kept, the records found, and the window of bytes that is walked.
 */

const kindsAt: usize = 1024
/** For each operation: how long its name is with the closing quote, and the name with that quote. */
export const operationsAt: usize = 2048
/** The tenant's id in lower case. */
export const organizationAt: usize = 4032
/** For each record: where it begins, where it ends, and its flags, 4 bytes each. */
export const foundAt: usize = 4096
export const mostFound: u32 = 5000
export const windowAt: usize = 65536
export const windowBytes: u32 = 524288

/** Zeros behind the bytes: no token goes on with a zero, so that the walk stops there whatever is cut off. */
const padding: usize = 64

/** One less than the reference allows: what nests deeper, it judges. */
const deepest: usize = 255

const keptFlag: u32 = 1
/** White space stands between its tokens, which may be line ends. */
const spacedFlag: u32 = 2
/** It has bytes above 127, which are to be checked for UTF-8. */
const wideFlag: u32 = 4

const noKey: u32 = 0
const operationKey: u32 = 1
const organizationKey: u32 = 2

const quote: u32 = 0x22
const comma: u32 = 0x2c
const colon: u32 = 0x3a
const backslash: u32 = 0x5c
const openBrace: u32 = 0x7b
const closeBrace: u32 = 0x7d
const closeBracket: u32 = 0x5d

/** How many operations there are. */
export let operations: u32 = 0

/** Where the walk stopped: behind the last record found and its comma, or behind the bracket that closes the array. */
export let stoppedAt: usize = 0
export let isClosed: bool = false
/** Whether it stopped for want of bytes, and may go on from there with more of them. */
export let isCut: bool = false

let flags: u32 = 0
let escapes: u32 = 0
let faultAt: usize = 0

memory.grow(10)
// Vectors in memory are kept in registers; written as constants they would be made anew for each use.
v128.store(0, i8x16.splat(0x22))
v128.store(16, i8x16.splat(0x5c))
v128.store(32, i8x16.splat(0x1f))

/**
 * Walks bytes of the window: from `from`, where an element or white space before one begins, up to `to`. Returns how many records it found, one after
 * the other, each with its comma or the closing bracket behind it.
 */
export function walk(from: usize, to: usize): u32 {
  memory.fill(to, 0, padding)
  stoppedAt = from
  isClosed = false
  let found: u32 = 0
  while (found < mostFound && !isClosed) {
    const start = skipSpace(stoppedAt)
    faultAt = start
    if (load<u8>(start) != openBrace) break
    const end = walkRecord(start)
    if (!end) break
    const next = skipSpace(end)
    faultAt = next
    isClosed = load<u8>(next) == closeBracket
    if (!isClosed && load<u8>(next) != comma) break
    const record = foundAt + 12 * found
    store<u32>(record, <u32>start)
    store<u32>(record + 4, <u32>end)
    store<u32>(record + 8, flags | (isWide(start, end) ? wideFlag : 0))
    found += 1
    stoppedAt = next + 1
  }
  isCut = faultAt >= to
  return found
}

/** Makes the line ends of a record spaces, and nothing behind it. */
export function joinLines(from: usize, to: usize): void {
  const space = i8x16.splat(0x20)
  let at = from
  for (; at + 16 <= to; at += 16) {
    const bytes = v128.load(at)
    const isEnd = v128.or(i8x16.eq(bytes, i8x16.splat(0x0a)), i8x16.eq(bytes, i8x16.splat(0x0d)))
    v128.store(at, v128.bitselect(space, bytes, isEnd))
  }
  for (; at < to; at += 1) {
    const byte = load<u8>(at)
    if (byte == 0x0a || byte == 0x0d) store<u8>(at, 0x20)
  }
}

/** Whether there are bytes above 127, with those that share the last vector. */
function isWide(from: usize, to: usize): bool {
  let bits = v128.load(from)
  for (let at = from + 16; at < to; at += 16) bits = v128.or(bits, v128.load(at))
  return i8x16.bitmask(bits) != 0
}

/** The end of the record whose brace is at `from`, or 0. */
function walkRecord(from: usize): usize {
  const quotes = v128.load(0)
  const backslashes = v128.load(16)
  const controls = v128.load(32)
  flags = 0
  store<u8>(kindsAt + 1, 1)
  let depth: usize = 1
  let isObject = true
  let key = noKey
  let at = skipSpace(from + 1)
  while (at) {
    if (isObject) {
      if (load<u8>(at) != quote) return fault(at)
      const escapesBefore = escapes
      const end = skipString(at + 1, quotes, backslashes, controls)
      if (!end) return 0
      if (depth == 1) {
        if (escapes != escapesBefore) return fault(at)
        key = keyAt(at, end)
      }
      at = skipSpace(end)
      if (load<u8>(at) != colon) return fault(at)
      at = skipSpace(at + 1)
    }
    const byte = <u32>load<u8>(at)
    if (byte == quote) {
      const end = skipString(at + 1, quotes, backslashes, controls)
      if (!end || (key && !takeText(key, at + 1, end))) return 0
      at = end
    } else if ((byte | 0x20) == openBrace) {
      if ((key && !takeOther(key, at)) || depth == deepest) return fault(at)
      key = noKey
      isObject = byte == openBrace
      depth += 1
      store<u8>(kindsAt + depth, <u8>isObject)
      at = skipSpace(at + 1)
      // An empty one ends below, as others do.
      if (load<u8>(at) != (isObject ? closeBrace : closeBracket)) continue
    } else {
      if (key && !takeOther(key, at)) return 0
      at = skipScalar(at)
      if (!at) return 0
    }
    key = noKey
    at = skipSpace(at)
    while (load<u8>(at) != comma) {
      if (load<u8>(at) != (isObject ? closeBrace : closeBracket)) return fault(at)
      depth -= 1
      if (!depth) return at + 1
      isObject = load<u8>(kindsAt + depth) != 0
      at = skipSpace(at + 1)
    }
    at = skipSpace(at + 1)
  }
  return 0
}

function fault(at: usize): usize {
  faultAt = at
  return 0
}

@inline
function skipSpace(from: usize): usize {
  return load<u8>(from) > 0x20 ? from : skipSpaces(from)
}

function skipSpaces(from: usize): usize {
  let at = from
  let length = spacesAt(at)
  if (length > 0) flags |= spacedFlag
  while (length == 16) {
    at += 16
    length = spacesAt(at)
  }
  return at + length
}

/** How many bytes of white space stand there, up to 16. */
function spacesAt(at: usize): u32 {
  const bytes = v128.load(at)
  const isBlank = v128.or(i8x16.eq(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x09)))
  const isEnd = v128.or(i8x16.eq(bytes, i8x16.splat(0x0a)), i8x16.eq(bytes, i8x16.splat(0x0d)))
  return ctz(~i8x16.bitmask(v128.or(isBlank, isEnd)))
}

/** The index behind the closing quote, or 0. */
@inline
function skipString(from: usize, quotes: v128, backslashes: v128, controls: v128): usize {
  let at = from
  while (at) {
    const bytes = v128.load(at)
    const isEnd = v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes))
    const ends = i8x16.bitmask(v128.or(isEnd, i8x16.eq(i8x16.min_u(bytes, controls), bytes)))
    if (ends) {
      at += ctz(ends)
      const byte = <u32>load<u8>(at)
      if (byte == quote) return at + 1
      at = byte == backslash ? skipEscape(at) : fault(at)
    } else at += 16
  }
  return 0
}

function skipEscape(at: usize): usize {
  escapes += 1
  const byte = <u32>load<u8>(at + 1)
  if (byte == 0x75) return skipHex(at + 2)
  const isKnown =
    byte == quote || byte == backslash || byte == 0x2f || byte == 0x62 || byte == 0x66 || byte == 0x6e || byte == 0x72 || byte == 0x74
  return isKnown ? at + 2 : fault(at + 1)
}

/** Four digits. */
function skipHex(from: usize): usize {
  for (let at = from; at < from + 4; at += 1) {
    const byte = <u32>load<u8>(at)
    if (byte - 0x30 >= 10 && (byte | 0x20) - 0x61 >= 6) return fault(at)
  }
  return from + 4
}

function skipScalar(at: usize): usize {
  const byte = <u32>load<u8>(at)
  if (byte == 0x74) return skipWord(at, 0x65757274, 4)
  if (byte == 0x6e) return skipWord(at, 0x6c6c756e, 4)
  if (byte == 0x66) return skipWord(at, 0x65736c6166, 5)
  return skipNumber(byte == 0x2d ? at + 1 : at)
}

/** `word` holds its letters from the lowest byte on. */
function skipWord(at: usize, word: u64, length: usize): usize {
  for (let index: usize = 0; index < length; index += 1) {
    if (load<u8>(at + index) != <u8>(word >> (8 * index))) return fault(at + index)
  }
  return at + length
}

/** A number without its sign. */
function skipNumber(from: usize): usize {
  let at = load<u8>(from) == 0x30 ? from + 1 : skipDigits(from)
  if (at && load<u8>(at) == 0x2e) at = skipDigits(at + 1)
  if (!at || (load<u8>(at) | 0x20) != 0x65) return at
  const sign = load<u8>(at + 1)
  return skipDigits(sign == 0x2b || sign == 0x2d ? at + 2 : at + 1)
}

/** One at least. */
function skipDigits(from: usize): usize {
  let at = from
  while (<u32>load<u8>(at) - 0x30 < 10) at += 1
  return at == from ? fault(at) : at
}

/** Which deciding key stands between the quotes at `at` and before `end`. */
function keyAt(at: usize, end: usize): u32 {
  if (load<u8>(at + 1) != 0x4f) return noKey
  const start = load<u64>(at)
  // "Operati and ion"
  if (start == 0x6974617265704f22) return end - at == 11 && load<u32>(at + 7) == 0x226e6f69 ? operationKey : noKey
  // "Organiz and ationId"
  if (start == 0x7a696e6167724f22) return end - at == 16 && load<u64>(at + 8) == 0x2264496e6f697461 ? organizationKey : noKey
  return noKey
}

/** The text of a deciding key, of which the last counts; false where the text has to be read by others. */
function takeText(key: u32, at: usize, end: usize): bool {
  if (key == operationKey) return takeOperation(at)
  const length = end - 1 - at
  if (length == 0 || (length == 36 && isOrganization(at))) return true
  faultAt = at
  return false
}

function takeOperation(at: usize): bool {
  flags &= ~keptFlag
  let name = operationsAt
  for (let number: u32 = 0; number < operations; number += 1) {
    const length = <usize>load<u8>(name)
    let same: usize = 0
    while (same < length && load<u8>(at + same) == load<u8>(name + 1 + same)) same += 1
    if (same == length) flags |= keptFlag
    else if (load<u8>(at + same) == backslash) return fault(at) != 0
    name += 1 + length
  }
  return true
}

function isOrganization(at: usize): bool {
  for (let index: usize = 0; index < 36; index += 1) {
    const byte = <u32>load<u8>(at + index)
    if ((byte - 0x41 < 26 ? byte | 0x20 : byte) != <u32>load<u8>(organizationAt + index)) return false
  }
  return true
}

/** What is no text names no operation; and no organization, if it is null. */
function takeOther(key: u32, at: usize): bool {
  if (key == operationKey) flags &= ~keptFlag
  if (key == operationKey || load<u8>(at) == 0x6e) return true
  faultAt = at
  return false
}
