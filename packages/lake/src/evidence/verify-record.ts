import { digestOfLines } from '../digest-of-lines.ts'
import type { ObjectRecord } from './object-book.ts'
import { altered, gone, nothing, type ObjectOutcome, type VerifyContext } from './object-outcome.ts'
import { isAsRecorded, isConsistent, measureIfThere } from './verify-object.ts'
import { verifyQuarantine } from './verify-quarantine.ts'

/** @param records - one object, or all of one quarantined content */
export async function verifyRecords(records: readonly ObjectRecord[], context: VerifyContext): Promise<ObjectOutcome[]> {
  const [first] = records
  if (!first) return []
  if (first.key.startsWith('quarantine/')) return verifyQuarantine(records, context)
  if (first.key.startsWith('raw/')) return [await verifyRaw(first, context)]
  if (first.key.startsWith('email-events/')) return [await verifyEmailEvents(first, context)]
  return [await verifyItems(first, context)]
}

async function verifyRaw({ key, isThere, named, retired }: ObjectRecord, context: VerifyContext): Promise<ObjectOutcome> {
  const { lake, log } = context
  if (!isThere && named.length === 0) return nothing
  const measured = await measureIfThere(lake, key, context)
  if (!measured) return gone({ key, named, retired }, log)
  const done = { verified: 1, bytes: measured.bytes, retired: 0 }
  if (named.length === 0) {
    if (await isConsistent(lake, key, measured, context)) return { ...done, stray: key }
    log.add(altered(key, 'the digests in its head'))
    return done
  }
  for (const { by, digests } of named) {
    if (digests && !(await isAsRecorded(lake, key, { measured, recorded: digests }, context))) log.add(altered(key, by))
  }
  return done
}

async function verifyEmailEvents(record: ObjectRecord, { lake, log, ...options }: VerifyContext): Promise<ObjectOutcome> {
  const { key, isThere } = record
  const measured = isThere ? await measureIfThere(lake, key, options) : undefined
  if (!measured) return gone(record, log)
  const named = /\/([0-9a-f]{64})\.ndjson\.gz$/.exec(key)?.[1]
  const isPlain = isPlainGzip(measured.head)
  if (named === undefined || !isPlain || (await digestOfLines(lake, key, options)) !== named) {
    log.add({ what: 'altered', key, namedBy: 'the digest in its name', meaning: 'Import the rows of this day again.' })
  }
  return { ...nothing, verified: 1, bytes: measured.bytes }
}

/** Whether it begins as a gzip member of Node.js: without name, comment, time and level, made on any system. */
function isPlainGzip(head: Uint8Array): boolean {
  const systems = [3, 10, 19]
  return Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0]).equals(head.subarray(0, 9)) && systems.includes(head[9] ?? -1)
}

async function verifyItems(
  { key, isThere }: ObjectRecord,
  { lake, log, areItemsIntact, ...options }: VerifyContext,
): Promise<ObjectOutcome> {
  const found = isThere && areItemsIntact ? await lake.stat(key, options) : undefined
  if (!found || !areItemsIntact) return nothing
  if (!(await areItemsIntact(lake, key, options))) {
    const meaning = 'Items are no evidence, and damaged ones are not used. Delete the file: it is made again from raw.'
    log.add({ what: 'altered', key, namedBy: 'its seal', meaning })
  }
  return { ...nothing, verified: 1, bytes: found.size }
}
