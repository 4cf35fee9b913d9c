/**
 * A raw object is one gzip member (RFC 1952) with a fixed header, so that the same lines give the same bytes. Its extra field carries
 * both digests of the lines and so travels on every store.
 */
export interface RawDigests {
  /** Hex SHA-256 of the uncompressed lines. */
  readonly linesSha256: string
  /** Hex SHA-256 over the records whatever their order and the order of their keys. */
  readonly recordsSha256: string
}

const subfieldId = 'MT'
const digestBytes = 64
/** FEXTRA set, no time, no flags, unknown system. */
const fixedHeader = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255])

export const rawHeaderBytes: number = fixedHeader.length + 2 + 4 + digestBytes

export function rawHeader({ linesSha256, recordsSha256 }: RawDigests): Buffer {
  const extra = Buffer.alloc(6)
  extra.writeUInt16LE(4 + digestBytes, 0)
  extra.write(subfieldId, 2, 'latin1')
  extra.writeUInt16LE(digestBytes, 4)
  return Buffer.concat([fixedHeader, extra, Buffer.from(linesSha256, 'hex'), Buffer.from(recordsSha256, 'hex')])
}

export function rawTrailer(crc: number, length: number): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(length % 2 ** 32, 4)
  return trailer
}

/** The digests in the first {@link rawHeaderBytes} of a raw object; undefined when it was not written by us. */
export function readRawDigests(head: Uint8Array): RawDigests | undefined {
  const bytes = Buffer.from(head)
  if (bytes.length < rawHeaderBytes || !bytes.subarray(0, fixedHeader.length).equals(fixedHeader)) return undefined
  if (bytes.toString('latin1', 12, 14) !== subfieldId || bytes.readUInt16LE(14) !== digestBytes) return undefined
  return {
    linesSha256: bytes.toString('hex', 16, 48),
    recordsSha256: bytes.toString('hex', 48, 80),
  }
}
