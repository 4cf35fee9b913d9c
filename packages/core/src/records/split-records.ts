import { type BodyError, bodyEmpty, bodyIncomplete, bodyNotArray, bodyRecordTooLarge, bodyTrailing } from './body-error.ts'
import { createByteCollector } from './byte-collector.ts'
import { type ElementState, findElementEnd } from './find-element-end.ts'

/**
 * One element of the body's array, without the white space around it: no bytes where an element is missing (`[1,,2]`).
 * `offset` counts bytes from the start of the body. `bytes` may be a view of the chunk: copy what is kept.
 * `depth` is how deep its brackets nest: 1 for a flat object.
 */
export interface RecordSlice {
  readonly offset: number
  readonly bytes: Uint8Array
  readonly depth: number
}

/** Takes a body as it comes. */
export interface RecordSplitter {
  /** Where in the body the next byte stands. */
  readonly offset: number
  /** Whether an element comes next, but for white space; or, in an array without any, its end. */
  readonly isBetween: boolean
  /**
   * Takes `chunk` from `at` up to the bracket that opens the array, the end of one element, or of the chunk. Returns the index behind. What follows a fault is not taken but passed over, so
   * that the elements before it are the same ones however the body was cut into chunks.
   */
  take(chunk: Uint8Array, at: number, onElement: (slice: RecordSlice) => void): number
  /** Passes over bytes known to be whole elements, each with the comma behind it, or the last one with the bracket that closes the array. */
  pass(length: number, isClosed: boolean): void
  /** Tells of a fault in what was taken. */
  throwFault(): void
  end(): void
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
  let offset = 0
  let elementOffset = 0

  function take(chunk: Uint8Array, from: number, onElement: (slice: RecordSlice) => void): number {
    let at = from
    while (at < chunk.length && place !== 'element' && !fault) {
      const wasBefore = place === 'before'
      const taken = takeBetween(chunk[at] ?? 0)
      offset += taken
      at += taken
      if (wasBefore && place === 'opened') return at
    }
    if (fault || place !== 'element') return chunk.length
    const to = takeElement(chunk, at, onElement)
    offset += to - at
    return to
  }

  function pass(length: number, isClosed: boolean): void {
    if (length === 0) return
    offset += length
    place = isClosed ? 'closed' : 'between'
  }

  function throwFault(): void {
    if (fault) throw fault
  }

  function end(): void {
    throwFault()
    if (place === 'mark' && offset > 0) throw bodyNotArray(byteOrderMark[0])
    if (place === 'mark' || place === 'before') throw bodyEmpty()
    if (place !== 'closed') throw bodyIncomplete(offset)
  }

  /** Takes a byte that is in no element, or leaves it to be taken again. Returns how many were taken. */
  function takeBetween(byte: number): number {
    if (place === 'mark') return takeMark(byte)
    if (isWhiteSpace(byte)) return 1
    if (place === 'closed') fault = bodyTrailing(offset)
    else if (place === 'before') open(byte)
    else if (place === 'opened' && byte === 0x5d) place = 'closed'
    else return startElement()
    return 1
  }

  function takeMark(byte: number): number {
    if (byte === byteOrderMark[offset]) {
      if (offset === byteOrderMark.length - 1) place = 'before'
      return 1
    }
    if (offset > 0) fault = bodyNotArray(byteOrderMark[0])
    place = 'before'
    return 0
  }

  function open(byte: number): void {
    if (byte === 0x5b) place = 'opened'
    else fault = bodyNotArray(byte)
  }

  function startElement(): number {
    place = 'element'
    state.deepest = 0
    elementOffset = offset
    return 0
  }

  function takeElement(chunk: Uint8Array, from: number, onElement: (slice: RecordSlice) => void): number {
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
    place = chunk[to] === 0x5d ? 'closed' : 'between'
    onElement({ offset: elementOffset, bytes: withoutTrailingSpace(joined(part)), depth: state.deepest })
    return to + 1
  }

  function joined(part: Uint8Array): Uint8Array {
    if (collected.length === 0) return part
    collected.append(part)
    return collected.take()
  }

  return {
    get offset() {
      return offset
    },
    get isBetween() {
      return (place === 'opened' || place === 'between') && !fault
    },
    take,
    pass,
    throwFault,
    end,
  }
}

function withoutTrailingSpace(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && isWhiteSpace(bytes[end - 1] ?? 0)) end -= 1
  return bytes.subarray(0, end)
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
