import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type AuditBodies, auditBody } from '../select/audit-bodies.ts'

/** Of larger blobs, the records of this many bytes come over and over. */
const blockBytes = 5_000_000

/** Writes one blob as `<name>.gz`. Returns how much JSON it holds, in bytes. */
export async function writeBlob(folder: string, name: string, { bytes, ...kind }: AuditBodies): Promise<number> {
  const block = auditBody({ ...kind, bytes: Math.min(bytes, blockBytes) }).subarray(1, -1)
  const times = Math.max(1, Math.round(bytes / block.length))
  const text = function* (): Generator<Uint8Array> {
    for (let time = 0; time < times; time += 1) yield Buffer.concat([Buffer.from(time === 0 ? '[' : ','), block])
    yield Buffer.from(']')
  }
  await pipeline(Readable.from(text()), createGzip({ level: 6 }), createWriteStream(join(folder, `${name}.gz`)))
  return times * (block.length + 1) + 1
}
