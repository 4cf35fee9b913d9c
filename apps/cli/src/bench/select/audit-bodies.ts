import type { TenantId } from '@mailtrail/core'
import { syntheticAccesses } from '../synthetic-accesses.ts'

export interface AuditBodies {
  readonly tenantId: TenantId
  /** Of the records, those that are MailItemsAccessed; above 0, up to 1. */
  readonly share: number
  /** About how much JSON in all. */
  readonly bytes: number
}

const smallestBody = 50_000
const largestBody = 5_000_000

/** Every so-manyth body is printed over many lines. */
const prettyEvery = 10

/**
 * Bodies of contents as the service sends them, the same ones each time: records of about 2 KB, most of other operations, some of which hold the word in
 * another field.
 */
export function auditBodies({ tenantId, share, bytes }: AuditBodies): Uint8Array[] {
  const bodies: Uint8Array[] = []
  const records = auditRecords(tenantId, share)
  for (let made = 0, size = smallestBody; made < bytes; size = size * 3 > largestBody ? smallestBody : size * 3) {
    const body = bodyOf(records, size, bodies.length % prettyEvery === prettyEvery - 1)
    bodies.push(body)
    made += body.length
  }
  return bodies
}

function bodyOf(records: Iterator<object>, size: number, isPretty: boolean): Uint8Array {
  const texts: string[] = []
  for (let length = 0; length < size; ) {
    const text = JSON.stringify(records.next().value, undefined, isPretty ? 2 : undefined)
    texts.push(text)
    length += text.length
  }
  return Buffer.from(`[${texts.join(isPretty ? ',\r\n' : ',')}]`)
}

function* auditRecords(tenantId: TenantId, share: number): Generator<object> {
  const from = Date.UTC(2024, 2, 14)
  const accesses = syntheticAccesses({ tenantId, from, to: from + 1, records: Number.MAX_SAFE_INTEGER, itemsPerRecord: 2 })
  let due = 0
  for (let number = 0; ; number += 1) {
    const { value: access } = accesses.next()
    due += share
    const isKept = due >= 1
    if (isKept) due -= 1
    yield withSubject(isKept ? access : otherRecord(access, number), number)
  }
}

/** Hardly a body is without a character beyond Latin-1. */
function withSubject(record: object, number: number): object {
  return number % 10 === 0
    ? { ...record, Item: { Subject: 'Überweisung „Station 7“ – Übergabe', ParentFolder: { Path: '\\Posteingang' } } }
    : record
}

const otherOperations = ['Send', 'Create', 'Update', 'HardDelete', 'SendAs', 'Set-Mailbox', 'MoveToDeletedItems'] as const

/** Of the same size and shape; now and then it tells of the operation that it is not. */
function otherRecord({ Folders, OperationProperties, ...access }: Record<string, unknown>, number: number): object {
  const words = number % 50 === 0 ? { Parameters: [{ Name: 'AuditOwner', Value: 'MailItemsAccessed;Update' }] } : {}
  return {
    ...access,
    Operation: otherOperations[number % otherOperations.length],
    RecordType: 2,
    Item: { Subject: 'Transfer to "ward 7" \\ handover', ParentFolder: { Path: '\\Sent Items' } },
    AffectedItems: Folders,
    ModifiedProperties: ['RecipientCollection', 'AllAttachmentsHidden'],
    ...words,
  }
}
