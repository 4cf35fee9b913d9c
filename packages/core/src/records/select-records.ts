import type { TenantId } from '../tenant-id.ts'
import { isJsonObject, type JsonObject } from './json-value.ts'
import { createRecordSplitter, type RecordSlice } from './split-records.ts'

export type QuarantineReason = 'not_utf8' | 'not_json' | 'too_deep' | 'not_object' | 'foreign_organization'

/**
 * What became of one element of a body. `line` holds the bytes as sent, with the line ends between JSON tokens made spaces; `offset`
 * counts bytes from the start of the body.
 */
export type SelectedRecord =
  | {
      readonly kind: 'kept'
      readonly offset: number
      readonly line: Uint8Array
      readonly record: JsonObject
    }
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

/** Faults of the body are thrown as {@link createRecordSplitter} throws them. */
export interface RecordSelector {
  push(chunk: Uint8Array): SelectedRecord[]
  end(): SelectedRecord[]
}

/** Written to every ledger entry; changes whenever the same body could give other kept records. */
export const selectorVersion = '1'

/**
 * Keeps the records whose parsed top-level `Operation` is exactly one of `operations`; of a key given twice the last counts, as in
 * `JSON.parse`. What is no JSON object, or names another organization, is quarantined and never just passed over.
 */
export function createRecordSelector(options: SelectionOptions): RecordSelector {
  const splitter = createRecordSplitter()
  const select = (slice: RecordSlice) => selectRecord(slice, options)
  return {
    push: (chunk) => splitter.push(chunk).map(select),
    end: () => splitter.end().map(select),
  }
}

function selectRecord(slice: RecordSlice, { operations, tenantId }: SelectionOptions): SelectedRecord {
  const text = decode(slice.bytes)
  if (text === undefined) return quarantined(slice, 'not_utf8')
  if (slice.depth > maxRecordDepth) return quarantined(slice, 'too_deep')
  const record = parse(text)
  if (record === undefined) return quarantined(slice, 'not_json')
  if (!isJsonObject(record)) return quarantined(slice, 'not_object')
  if (isForeign(record, tenantId)) return quarantined(slice, 'foreign_organization')
  const { Operation: operation } = record
  if (typeof operation !== 'string' || !operations.has(operation)) return { kind: 'other' }
  return {
    kind: 'kept',
    offset: slice.offset,
    line: oneLine(slice.bytes),
    record,
  }
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

/** In valid JSON a raw CR or LF can only stand between tokens. Copies, so that a kept line does not hold on to its chunk. */
function oneLine(bytes: Uint8Array): Uint8Array {
  const line = bytes.slice()
  for (const lineEnd of [0x0a, 0x0d]) {
    for (let at = line.indexOf(lineEnd); at !== -1; at = line.indexOf(lineEnd, at + 1)) line[at] = 0x20
  }
  return line
}

function quarantined({ offset, bytes }: RecordSlice, reason: QuarantineReason): SelectedRecord {
  return { kind: 'quarantined', offset, bytes: bytes.slice(), reason }
}
