import { createHash } from 'node:crypto'
import { canonicalJson } from './json-text.ts'
import type { AuditedRecord, RecordDigest } from './world.ts'

export const mailOperation = 'MailItemsAccessed'

/** The digests of the records whose top-level `Operation` is exactly MailItemsAccessed. */
export function digestMailRecords(records: readonly object[]): RecordDigest[] {
  return digestRecords(records.filter((record) => operationOf(record) === mailOperation)).map(({ id, sha256 }) => ({ id, sha256 }))
}

export function digestRecords(records: readonly object[]): AuditedRecord[] {
  return records.map((record) => {
    const { Id: id } = record as { readonly Id?: unknown }
    return { id: typeof id === 'string' ? id : '', operation: operationOf(record), sha256: sha256OfRecord(record) }
  })
}

/** The top-level `Operation`; empty if there is none. */
export function operationOf(record: object): string {
  const { Operation: operation } = record as { readonly Operation?: unknown }
  return typeof operation === 'string' ? operation : ''
}

export function sha256OfRecord(record: object): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex')
}
