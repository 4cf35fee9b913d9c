import { createReadStream } from 'node:fs'
import type { Abortable } from '@mailtrail/core'

/** A line of a file without its line end; `bytes` is absent where it is longer than {@link maxLineBytes}. */
export interface FileLine {
  /** Counted from 1. */
  readonly number: number
  readonly bytes: Uint8Array | undefined
}

/** Rows are a few KB. A file without line ends must not fill the memory. */
export const maxLineBytes: number = 16 * 1024 * 1024

/** Reads a file's lines, ended by LF or CRLF; empty lines are counted and passed over, as is a byte-order mark. */
export async function* readLines(path: string, { signal }: Abortable = {}): AsyncGenerator<FileLine> {
  let number = 1
  let parts: Uint8Array[] = []
  let length = 0
  const hold = (part: Uint8Array): void => {
    length += part.length
    if (length <= maxLineBytes) parts.push(part)
    else parts = []
  }
  const take = (): FileLine => {
    const bytes = length <= maxLineBytes ? withoutEnds(Buffer.concat(parts), number === 1) : undefined
    parts = []
    length = 0
    return { number: number++, bytes }
  }
  for await (const chunk of createReadStream(path, { ...(signal && { signal }) }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      hold(chunk.subarray(from, at))
      from = at + 1
      const line = take()
      if (line.bytes?.length !== 0) yield line
    }
    if (from < chunk.length) hold(chunk.subarray(from))
  }
  const last = take()
  if (last.bytes?.length !== 0) yield last
}

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf)

function withoutEnds(line: Buffer, isFirst: boolean): Buffer {
  const from = isFirst && line.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
  return line.subarray(from, line.at(-1) === 0x0d ? -1 : undefined)
}
