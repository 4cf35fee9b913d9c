/** Gathers the parts of one record that lies across chunks; grows by doubling, so that many tiny chunks cost little. */
export interface ByteCollector {
  readonly length: number
  append(part: Uint8Array): void
  /** Hands the bytes over and starts anew. */
  take(): Uint8Array
}

const firstCapacity = 4096

export function createByteCollector(): ByteCollector {
  let buffer = new Uint8Array(0)
  let length = 0
  return {
    get length() {
      return length
    },
    append(part) {
      if (length + part.length > buffer.length) {
        const grown = new Uint8Array(Math.max(firstCapacity, 2 * buffer.length, length + part.length))
        grown.set(buffer.subarray(0, length))
        buffer = grown
      }
      buffer.set(part, length)
      length += part.length
    },
    take() {
      const bytes = buffer.subarray(0, length)
      buffer = new Uint8Array(0)
      length = 0
      return bytes
    },
  }
}
