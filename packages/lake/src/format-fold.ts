import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { crc32, gzip } from 'node:zlib'
import { type FoldSummary, MailtrailError } from '@mailtrail/core'
import { foldKey } from './layout.ts'

/** The summary line, its end included. */
export const maxSummaryBytes = 4_096

/** One entry as it goes into a fold. */
export interface FoldPart {
  /** The end of its key, behind the content type. */
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * The object that folds a day: a gzip member with the summary line; a second with the summary lines of the folds it replaces, a line an entry
 * (name, SHA-256, length), and all entries as they are. The same entries give the same bytes.
 *
 * @param replaced - the summary lines of the folds that `summary` says it replaces
 */
export async function formatFold(
  summary: Omit<FoldSummary, 'entries' | 'bodySha256'>,
  parts: readonly FoldPart[],
  replaced: readonly string[],
): Promise<Buffer> {
  const sorted = parts.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const index = sorted.map(({ name, bytes }) => JSON.stringify({ name, sha256: hash('sha256', bytes), bytes: bytes.length }))
  const text = [...replaced, ...index].map((line) => `${line}\n`).join('')
  const body = await promisify(gzip)(Buffer.concat([Buffer.from(text), ...sorted.map(({ bytes }) => bytes)]))
  const line = Buffer.from(`${JSON.stringify({ ...summary, entries: parts.length, bodySha256: hash('sha256', body) })}\n`)
  if (line.length > maxSummaryBytes) {
    const { tenantId, date, contentType, fold } = summary
    throw new MailtrailError(
      'LEDGER_FOLD_INVALID',
      `The summary of ${foldKey(tenantId, date, contentType, fold)} would be longer than 4 KiB.`,
    )
  }
  return Buffer.concat([summaryMember(line), body])
}

/** A gzip member that holds `line` uncompressed: its bytes follow from the line alone, so that whoever has the line can compare each bit. */
export function summaryMember(line: Uint8Array): Buffer {
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 0, 0, 0, 0])
  head.writeUInt16LE(line.length, 11)
  head.writeUInt16LE(0xffff - line.length, 13)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(line), 0)
  trailer.writeUInt32LE(line.length, 4)
  return Buffer.concat([head, line, trailer])
}

/** The length of the first member in bytes, by its first {@link memberHeadBytes}. */
export function summaryMemberBytes(head: Uint8Array): number {
  return memberHeadBytes + ((head[11] ?? 0) | ((head[12] ?? 0) << 8)) + 8
}

export const memberHeadBytes = 15
