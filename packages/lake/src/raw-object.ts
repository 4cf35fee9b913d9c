import type { Transform } from 'node:stream'
import { constants, createDeflateRaw, createZstdCompress } from 'node:zlib'
import type { Compression } from '@mailtrail/core'

/**
 * A raw object begins with a head of fixed bytes and length, so that the same lines give the same bytes. The head carries both digests of
 * the lines and so travels on every store: in the extra field of a gzip member (RFC 1952), or in a skippable frame before the zstd frame
 * (RFC 8878, 3.1.2). Every reader of gzip and zstd passes over it.
 */
export interface RawDigests {
  /** Hex SHA-256 of the uncompressed lines. */
  readonly linesSha256: string
  /** Hex SHA-256 over the records whatever their order and the order of their keys. */
  readonly recordsSha256: string
}

const digestBytes = 64
const name = Buffer.from('MT')

/** What stands before the digests. gzip: FEXTRA set, no time, no flags, unknown system, then one subfield. zstd: a skippable frame. */
const leads: Readonly<Record<Compression, Buffer>> = {
  gzip: Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 4 + digestBytes, 0, ...name, digestBytes, 0]),
  zstd: Buffer.from([0x50, 0x2a, 0x4d, 0x18, name.length + digestBytes, 0, 0, 0, ...name]),
}

/** The longest head: with so many bytes of an object, {@link readRawDigests} knows. */
export const maxRawHeadBytes: number = rawHeadBytes('gzip')

export function rawHeadBytes(compression: Compression): number {
  return leads[compression].length + digestBytes
}

export function rawHead(compression: Compression, { linesSha256, recordsSha256 }: RawDigests): Buffer {
  return Buffer.concat([leads[compression], Buffer.from(linesSha256, 'hex'), Buffer.from(recordsSha256, 'hex')])
}

/** The digests in the head of a raw object; undefined when it was not written by us. */
export function readRawDigests(head: Uint8Array, compression: Compression): RawDigests | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const lead = leads[compression]
  if (bytes.length < lead.length + digestBytes || !bytes.subarray(0, lead.length).equals(lead)) return undefined
  const hex = (from: number, to: number): string => bytes.toString('hex', lead.length + from, lead.length + to)
  return { linesSha256: hex(0, 32), recordsSha256: hex(32, 64) }
}

/** What packs the lines, between head and tail. The fast levels: evidence is stored once, and the fetcher's time is what a backlog costs. */
export function createPacker(compression: Compression): Transform {
  if (compression === 'gzip') return createDeflateRaw({ level: 1 })
  return createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } })
}

/** @param crc - CRC-32 of the lines. @param length - of the lines, in bytes */
export function rawTail(compression: Compression, crc: number, length: number): Buffer {
  if (compression === 'zstd') return Buffer.alloc(0)
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(crc, 0)
  tail.writeUInt32LE(length % 2 ** 32, 4)
  return tail
}
