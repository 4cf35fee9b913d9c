import { type BodyError, bodyEmpty, bodyIncomplete, bodyNotArray, bodyRecordTooLarge, bodyTrailing } from './body-error.ts'
import { createByteCollector } from './byte-collector.ts'
import { type ElementState, findElementEnd } from './find-element-end.ts'

/**
 * One element of the body's array, without the white space around it: no bytes where an element is missing (`[1,,2]`).
 * `offset` counts bytes from the start of the body. `bytes` may be a view of the pushed chunk: copy what is kept.
 * `depth` is how deep its brackets nest: 1 for a flat object.
 */
export interface RecordSlice {
  readonly offset: number
  readonly bytes: Uint8Array
  readonly depth: number
}

/**
 * A fault of the body is thrown by the call *after* the one that met it, so that the records before it are the same ones however the
 * body was cut into chunks.
 */
export interface RecordSplitter {
  push(chunk: Uint8Array): RecordSlice[]
  end(): RecordSlice[]
}

/** Largest element held in memory. Records are a few KB; a quote left open would otherwise take in the rest of the body. */
export const maxRecordBytes = 67_108_864

type Place = 'mark' | 'before' | 'opened' | 'between' | 'element' | 'closed'

const byteOrderMark = [0xef, 0xbb, 0xbf] as const

/**
 * Splits a blob body, a JSON array at top level, into the byte ranges of its elements; exact at any chunk boundary, with at most one
 * element in memory. Elements are told apart, not checked: `[{"a":1},oops]` has two.
 *
 * @throws {@link BodyError} `BODY_EMPTY`, `BODY_NOT_ARRAY`, `BODY_INCOMPLETE`, `BODY_TRAILING` or `BODY_RECORD_TOO_LARGE`
 */
export function createRecordSplitter(): RecordSplitter {
  const collected = createByteCollector()
  const state: ElementState = { depth: 0, deepest: 0, inString: false, escaped: false }
  let place: Place = 'mark'
  let fault: BodyError | undefined
  let chunkOffset = 0
  let elementOffset = 0

  function push(chunk: Uint8Array): RecordSlice[] {
    if (fault) throw fault
    const slices: RecordSlice[] = []
    let at = 0
    while (at < chunk.length && !fault) at = place === 'element' ? takeElement(chunk, at, slices) : takeBetween(chunk, at)
    chunkOffset += chunk.length
    return slices
  }

  function end(): RecordSlice[] {
    if (fault) throw fault
    if (place === 'mark' && chunkOffset > 0) throw bodyNotArray(byteOrderMark[0])
    if (place === 'mark' || place === 'before') throw bodyEmpty()
    if (place !== 'closed') throw bodyIncomplete(chunkOffset)
    return []
  }

  /** Takes one byte that is in no element, or leaves it to {@link takeElement}. */
  function takeBetween(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0
    if (place === 'mark') return takeMark(byte, at)
    if (isWhiteSpace(byte)) return at + 1
    if (place === 'closed') fault = bodyTrailing(chunkOffset + at)
    else if (place === 'before') open(byte)
    else if (place === 'opened' && byte === 0x5d) place = 'closed'
    else return startElement(at)
    return at + 1
  }

  function takeMark(byte: number, at: number): number {
    const offset = chunkOffset + at
    if (byte === byteOrderMark[offset]) {
      if (offset === byteOrderMark.length - 1) place = 'before'
      return at + 1
    }
    if (offset > 0) fault = bodyNotArray(byteOrderMark[0])
    place = 'before'
    return at
  }

  function open(byte: number): void {
    if (byte === 0x5b) place = 'opened'
    else fault = bodyNotArray(byte)
  }

  function startElement(at: number): number {
    place = 'element'
    state.deepest = 0
    elementOffset = chunkOffset + at
    return at
  }

  function takeElement(chunk: Uint8Array, from: number, slices: RecordSlice[]): number {
    const to = findElementEnd(chunk, from, state)
    const part = chunk.subarray(from, to)
    if (collected.length + part.length > maxRecordBytes) {
      fault = bodyRecordTooLarge(elementOffset, maxRecordBytes)
      collected.take()
      return chunk.length
    }
    if (to === chunk.length) {
      collected.append(part)
      return to
    }
    slices.push({ offset: elementOffset, bytes: withoutTrailingSpace(joined(part)), depth: state.deepest })
    place = chunk[to] === 0x5d ? 'closed' : 'between'
    return to + 1
  }

  function joined(part: Uint8Array): Uint8Array {
    if (collected.length === 0) return part
    collected.append(part)
    return collected.take()
  }

  return { push, end }
}

function withoutTrailingSpace(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && isWhiteSpace(bytes[end - 1] ?? 0)) end -= 1
  return bytes.subarray(0, end)
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
