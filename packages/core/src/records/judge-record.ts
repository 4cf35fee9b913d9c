import type { TenantId } from '../tenant-id.ts'
import { isJsonObject, type JsonObject } from './json-value.ts'
import type { RecordSlice } from './split-records.ts'

export type QuarantineReason = 'not_utf8' | 'not_json' | 'too_deep' | 'not_object' | 'foreign_organization'

/**
 * What became of one element of a body. `line` holds the bytes as sent, with the line ends between JSON tokens made spaces; it may be a view of the chunk that
 * brought it, and is copied by whoever keeps it. `offset` counts bytes from the start of the body.
 */
export type SelectedRecord =
  | { readonly kind: 'kept'; readonly offset: number; readonly line: Uint8Array }
  | { readonly kind: 'other' }
  | {
      readonly kind: 'quarantined'
      readonly offset: number
      readonly bytes: Uint8Array
      readonly reason: QuarantineReason
    }

export interface SelectionOptions {
  readonly operations: ReadonlySet<string>
  readonly tenantId: TenantId
}

/**
 * How deep a record's brackets may nest; real ones stay below 10. Code that walks a kept record may recurse, and one nested some
 * thousands deep would overflow its stack.
 */
export const maxRecordDepth = 256

/** Judges one element by parsing it: slow and plain, what every faster way must agree with. What it gives is a copy, so that it does not hold on to its chunk. */
export function judgeRecord(slice: RecordSlice, { operations, tenantId }: SelectionOptions): SelectedRecord {
  const text = decode(slice.bytes)
  if (text === undefined) return quarantined(slice, 'not_utf8')
  if (slice.depth > maxRecordDepth) return quarantined(slice, 'too_deep')
  const record = parse(text)
  if (record === undefined) return quarantined(slice, 'not_json')
  if (!isJsonObject(record)) return quarantined(slice, 'not_object')
  if (isForeign(record, tenantId)) return quarantined(slice, 'foreign_organization')
  const { Operation: operation } = record
  if (typeof operation !== 'string' || !operations.has(operation)) return { kind: 'other' }
  return { kind: 'kept', offset: slice.offset, line: withoutLineEnds(new Uint8Array(slice.bytes)) }
}

/** Makes the line ends spaces, in place: in valid JSON a raw CR or LF can only stand between tokens. */
function withoutLineEnds(line: Uint8Array): Uint8Array {
  for (const lineEnd of [0x0a, 0x0d]) {
    for (let at = line.indexOf(lineEnd); at !== -1; at = line.indexOf(lineEnd, at + 1)) line[at] = 0x20
  }
  return line
}

/** `ignoreBOM` keeps a mark in front of an element, which is then no JSON, instead of dropping it without a trace. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A record that names no organization at all cannot be told to be another tenant's. */
function isForeign({ OrganizationId: organization }: JsonObject, tenantId: TenantId): boolean {
  if (organization === undefined || organization === null || organization === '') return false
  return typeof organization !== 'string' || organization.toLowerCase() !== tenantId
}

function quarantined({ offset, bytes }: RecordSlice, reason: QuarantineReason): SelectedRecord {
  return { kind: 'quarantined', offset, bytes: new Uint8Array(bytes), reason }
}
