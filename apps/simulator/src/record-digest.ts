import { createHash } from 'node:crypto'
import { canonicalJson } from './json-text.ts'
import type { RecordDigest } from './world.ts'

/** The digests of the records whose top-level `Operation` is exactly MailItemsAccessed. */
export function digestMailRecords(records: readonly object[]): RecordDigest[] {
  return records.flatMap((record) => {
    const { Operation: operation, Id: id } = record as {
      Operation?: unknown
      Id?: unknown
    }
    if (operation !== 'MailItemsAccessed') return []
    return [{ id: typeof id === 'string' ? id : '', sha256: sha256OfRecord(record) }]
  })
}

export function sha256OfRecord(record: object): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex')
}
