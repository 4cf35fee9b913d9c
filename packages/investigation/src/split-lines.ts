/**
 * The lines of a stream, those of a chunk at a time and without their ends. The reader takes a carriage return for a line end and U+0001 for the
 * end of a column. In JSON the first stands between tokens only, where a space means the same, and the second nowhere: both become spaces.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Buffer[], void, undefined> {
  let begun: Buffer[] = []
  for await (const bytes of chunks) {
    const chunk = withoutReaderMarks(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    const lines: Buffer[] = []
    let from = 0
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      const end = chunk.subarray(from, at)
      lines.push(begun.length === 0 ? end : Buffer.concat([...begun, end]))
      begun = []
      from = at + 1
    }
    if (from < chunk.length) begun.push(chunk.subarray(from))
    if (lines.length > 0) yield lines
  }
  if (begun.length > 0) yield [Buffer.concat(begun)]
}

function withoutReaderMarks(chunk: Buffer): Buffer {
  for (const mark of [0x0d, 0x01]) {
    for (let at = chunk.indexOf(mark); at !== -1; at = chunk.indexOf(mark, at + 1)) chunk[at] = 0x20
  }
  return chunk
}
