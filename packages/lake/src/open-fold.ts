import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type FoldSummary, MailtrailError, parseFoldSummary } from '@mailtrail/core'
import { maxSummaryBytes, memberHeadBytes, summaryMember, summaryMemberBytes } from './format-fold.ts'
import { foldKey } from './layout.ts'

/** What the beginning of a fold says. */
export interface FoldHead {
  readonly key: string
  readonly summary: FoldSummary
  /** Hex SHA-256 of the summary line: the digest of the fold, for the line holds that of all else. */
  readonly sha256: string
  /** The summary as it stands, without its end. */
  readonly line: string
}

/** Where in the body of a fold the bytes of an entry are, as they were before it was folded. */
export interface FoldedEntry {
  readonly sha256: string
  readonly from: number
  readonly to: number
}

export interface Fold extends FoldHead {
  /** Unpacked. */
  readonly body: Buffer
  /** By key, in the order of their bytes, which are the end of the body. */
  readonly entries: ReadonlyMap<string, FoldedEntry>
  /** The heads of the folds it replaces. */
  readonly replaced: readonly FoldHead[]
}

/** @throws {@link MailtrailError} `LEDGER_FOLD_INVALID` when any bit of it is not as it was written */
export async function openFold(bytes: Uint8Array, key: string): Promise<Fold> {
  const head = openFoldHead(bytes, key)
  try {
    const packed = bytes.subarray(summaryMemberBytes(bytes))
    if (hash('sha256', packed) !== head.summary.bodySha256) throw new Error('its digest differs')
    return { ...head, ...readBody(head, await unpack(packed)) }
  } catch (cause) {
    throw foldInvalid(key, cause)
  }
}

/**
 * @param bytes - at least the first member
 * @throws {@link MailtrailError} `LEDGER_FOLD_INVALID`
 */
export function openFoldHead(bytes: Uint8Array, key: string): FoldHead {
  try {
    const length = summaryMemberBytes(bytes)
    const line = bytes.subarray(memberHeadBytes, Math.min(length - 8, memberHeadBytes + maxSummaryBytes))
    if (!summaryMember(line).equals(bytes.subarray(0, length)) || line.at(-1) !== 0x0a) throw new Error('its first member differs')
    return headOf(Buffer.from(line.subarray(0, -1)).toString(), key)
  } catch (cause) {
    throw foldInvalid(key, cause)
  }
}

export function foldInvalid(key: string, cause: unknown): MailtrailError {
  return new MailtrailError(
    'LEDGER_FOLD_INVALID',
    `The fold ${key} cannot be read: it was altered, or written by a newer release. Restore it from a copy of the lake.`,
    { cause },
  )
}

const [leastChunkBytes, mostChunkBytes] = [64, 8 * 1024 * 1024]

/** In as few chunks as it takes: the last four bytes tell the length. */
function unpack(packed: Uint8Array): Promise<Buffer> {
  const length = Buffer.from(packed.slice(-4)).readUInt32LE()
  return promisify(gunzip)(packed, { chunkSize: Math.min(Math.max(length + 1, leastChunkBytes), mostChunkBytes) })
}

function headOf(line: string, key: string): FoldHead {
  const summary = parseFoldSummary(line)
  if (foldKey(summary.tenantId, summary.date, summary.contentType, summary.fold) !== key) throw new Error('it is another')
  return { key, summary, sha256: hash('sha256', line), line }
}

/** What the body says was checked when it was written, and its digest shows that it is the same: only what must be known is read. */
function readBody({ key, summary }: FoldHead, body: Buffer): Pick<Fold, 'body' | 'entries' | 'replaced'> {
  const folder = key.slice(0, key.lastIndexOf('/') + 1)
  const lines = summary.replaces.length + summary.entries
  let from = 0
  for (let line = 0; line < lines; line += 1) from = body.indexOf(0x0a, from) + 1
  const index = body.toString('utf8', 0, from).split('\n')
  const replaced = summary.replaces.map(({ date, fold }, at) =>
    headOf(index[at] ?? '', foldKey(summary.tenantId, date, summary.contentType, fold)),
  )
  if (replaced.some(({ sha256 }, at) => sha256 !== summary.replaces[at]?.sha256)) throw new Error('what it replaces is another')
  const entries = new Map<string, FoldedEntry>()
  for (const { name, sha256, bytes } of JSON.parse(`[${index.slice(replaced.length, -1).join(',')}]`)) {
    entries.set(`${folder}${name}`, { sha256, from, to: from + bytes })
    from += bytes
  }
  if (from !== body.length || entries.size !== summary.entries) throw new Error('it does not hold what its summary says')
  return { body, entries, replaced }
}
