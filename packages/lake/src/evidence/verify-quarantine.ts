import { parseQuarantineNote } from '../quarantine-note.ts'
import type { ObjectRecord } from './object-book.ts'
import { altered, gone, nothing, type ObjectOutcome, type VerifyContext } from './object-outcome.ts'
import { measureIfThere } from './verify-object.ts'

/** A note names the bytes that were quarantined of a content, and the ledger names the note. */
export async function verifyQuarantine(records: readonly ObjectRecord[], context: VerifyContext): Promise<ObjectOutcome[]> {
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
  const measured = await measureIfThere(lake, key, options)
  if (!measured) return gone({ key, named: [{ by: note }], retired }, log)
  const isSame = (sha256 === undefined || measured.sha256 === sha256) && (bytes === undefined || measured.bytes === bytes)
  if (!isSame) log.add(altered(key, note))
  return { ...nothing, verified: 1, bytes: measured.bytes }
}
