import type { Abortable } from '@mailtrail/core'
import type { ObjectStore } from '../object-store.ts'
import { parseQuarantineNote } from '../quarantine-note.ts'
import type { FindingLog } from './finding.ts'
import type { NamedObject, ObjectRecord } from './object-book.ts'
import { digestOfLines, isAsRecorded, isConsistent, measureObject } from './verify-object.ts'

/** What became of one object. */
export interface ObjectOutcome {
  readonly verified: number
  readonly bytes: number
  /** Named, not there, and a tombstone says why. */
  readonly retired: number
  /** A raw object that no entry names, though it is as its own head says. */
  readonly stray?: string
  /** Named, not there, and no tombstone that was read says why. */
  readonly lost?: { readonly key: string; readonly by: string }
}

export interface VerifyContext extends Abortable {
  readonly lake: ObjectStore
  readonly log: FindingLog
  /** Whether every byte of an items file is as it was written; without it items are not looked at. */
  readonly areItemsIntact?: ((lake: ObjectStore, key: string, options?: Abortable) => Promise<boolean>) | undefined
}

const nothing: ObjectOutcome = { verified: 0, bytes: 0, retired: 0 }

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
  const measured = await measureObject(lake, key, context)
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

function gone({ key, named, retired }: Omit<ObjectRecord, 'isThere'>, log: FindingLog): ObjectOutcome {
  const [first] = named
  if (!first) return nothing
  if (retired.length === 0) return { ...nothing, lost: { key, by: first.by } }
  const recorded = named.flatMap(({ digests }) => digests?.sha256 ?? [])
  const removed = retired.filter((sha256) => sha256 !== null)
  if (recorded.length > 0 && removed.length > 0 && !removed.some((sha256) => recorded.includes(sha256))) {
    const meaning = 'It was removed by retention or deletion, and was not what had been recorded: it was altered before that.'
    log.add({ what: 'altered', key, namedBy: first.by, meaning })
  }
  return { ...nothing, retired: 1 }
}

async function verifyEmailEvents({ key, isThere }: ObjectRecord, { lake, log, ...options }: VerifyContext): Promise<ObjectOutcome> {
  const measured = isThere ? await measureObject(lake, key, options) : undefined
  if (!measured) return nothing
  const named = /\/([0-9a-f]{64})\.ndjson\.gz$/.exec(key)?.[1]
  const isPlain = Buffer.from(measured.head).subarray(0, 8).equals(plainGzip)
  if (named === undefined || !isPlain || (await digestOfLines(lake, key, options)) !== named) {
    log.add({ what: 'altered', key, namedBy: 'the digest in its name', meaning: 'Import the rows of this day again.' })
  }
  return { ...nothing, verified: 1, bytes: measured.bytes }
}

/** What a gzip member without name, comment and time begins with. */
const plainGzip = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])

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

/** A note names the bytes that were quarantined of a content, and the ledger names the note. */
async function verifyQuarantine(records: readonly ObjectRecord[], context: VerifyContext): Promise<ObjectOutcome[]> {
  const { lake, log, areItemsIntact: _, ...options } = context
  const note = records.find(({ key }) => key.endsWith('.json'))
  // Parts come before their note, and what is not named by a note is of a content that is fetched now.
  if (!note) return []
  const bytes = await lake.read(note.key, options)
  if (!bytes) return [gone(note, log)]
  const done = { ...nothing, verified: 1, bytes: bytes.length }
  try {
    const parts = partsOf(note.key, bytes)
    const outcomes: ObjectOutcome[] = []
    for (const part of parts) {
      const retired = records.find(({ key }) => key === part.key)?.retired ?? []
      outcomes.push(await verifyPart(part, { note: note.key, retired }, context))
    }
    return [done, ...outcomes]
  } catch (error) {
    if (!(error instanceof NoteInvalid)) throw error
    log.add(altered(note.key, 'the digest in it'))
    return [done]
  }
}

class NoteInvalid extends Error {}

interface QuarantinedPart {
  readonly key: string
  /** Unknown of notes of early releases. */
  readonly sha256: string | undefined
  readonly bytes: number | undefined
}

function partsOf(key: string, bytes: Uint8Array): QuarantinedPart[] {
  try {
    const { records = [], body, bodySha256 } = parseQuarantineNote(bytes)
    const place = (part: string): string => key.replace(/\.json$/, `.${part}`)
    const whole = body === undefined ? [] : [{ key: place('body'), sha256: bodySha256, bytes: undefined }]
    return [...records.map((record) => ({ key: place(`${record.offset}.bin`), sha256: record.sha256, bytes: record.bytes })), ...whole]
  } catch (cause) {
    throw new NoteInvalid(key, { cause })
  }
}

async function verifyPart(
  { key, sha256, bytes }: QuarantinedPart,
  { note, retired }: { readonly note: string; readonly retired: ObjectRecord['retired'] },
  { lake, log, ...options }: VerifyContext,
): Promise<ObjectOutcome> {
  const measured = await measureObject(lake, key, options)
  if (!measured) return gone({ key, named: [{ by: note }], retired }, log)
  const isSame = (sha256 === undefined || measured.sha256 === sha256) && (bytes === undefined || measured.bytes === bytes)
  if (!isSame) log.add(altered(key, note))
  return { ...nothing, verified: 1, bytes: measured.bytes }
}

function altered(key: string, namedBy: NamedObject['by']): Parameters<FindingLog['add']>[0] {
  const meaning = 'Its bytes are not those that were stored. Restore it from a copy of the lake; do not rely on what it says.'
  return { what: 'altered', key, namedBy, meaning }
}
