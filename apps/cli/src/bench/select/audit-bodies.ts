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

/** Items in one record, in turn, so that records are of 1 to 6 KB. An access tells of all messages of some minutes, other operations mostly of one. */
const itemsOfAccess = [0, 1, 2, 5, 12, 20] as const
const itemsOfOther = [1, 0, 1, 2, 1, 5] as const

/**
 * Bodies of contents as the service may send them, the same ones each time: most records are of other operations, some of which hold the word in another field; the keys
 * of those that are kept come in an order of their own.
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

/** One such body, on one line. */
export function auditBody({ tenantId, share, bytes }: AuditBodies): Uint8Array {
  return bodyOf(auditRecords(tenantId, share), bytes, false)
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
  const day = { tenantId, from, to: from + 1, records: Number.MAX_SAFE_INTEGER }
  const accesses = itemsOfAccess.map((itemsPerRecord) => syntheticAccesses({ ...day, itemsPerRecord }))
  const others = itemsOfOther.map((itemsPerRecord) => syntheticAccesses({ ...day, itemsPerRecord }))
  const random = createRandom()
  let due = 0
  for (let number = 0; ; number += 1) {
    due += share
    const isKept = due >= 1
    if (isKept) due -= 1
    // Not by its number, which a share of a fifth would pick the same sizes of.
    const access: Record<string, unknown> = (isKept ? accesses : others)[random(6)]?.next().value
    yield isKept ? reordered(withSubject(access, number), random) : withSubject(otherRecord(access, number), number)
  }
}

/** Whole numbers below the given one, the same ones each time. */
function createRandom(): (below: number) => number {
  let state = 1
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

/** The same value, the keys of each object in any order. */
function reordered(value: unknown, random: (below: number) => number): object {
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' ? reordered(item, random) : item))
  const members = Object.entries(Object(value)).map(([key, member]): [string, unknown] => [
    key,
    typeof member === 'object' ? reordered(member, random) : member,
  ])
  for (let at = members.length - 1; at > 0; at -= 1) {
    const other = random(at + 1)
    const [one, two] = [members[at], members[other]]
    if (one && two) [members[at], members[other]] = [two, one]
  }
  return Object.fromEntries(members)
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
