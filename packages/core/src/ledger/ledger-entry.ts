import { z } from 'zod'
import type { TenantId } from '../tenant-id.ts'

/**
 * What became of a listed content, from best to worst. All but `stored` are gaps; `pending` and `dead` may still become `stored`. `dead` is what fails again
 * and again by its own fault, `dropped` what an operator gave up for good.
 */
export const outcomes = ['stored', 'quarantined', 'expired', 'missing', 'dropped', 'dead', 'pending'] as const
export type Outcome = (typeof outcomes)[number]

export const sweepNames = ['sweep-1h', 'sweep-6h', 'sweep-24h', 'sweep-settle', 'sweep-last'] as const
export type SweepName = (typeof sweepNames)[number]

/** Entries that prove a span was listed; the others say what became of its contents. */
export type ListingName = 'listed' | SweepName
export type EntryName = ListingName | 'seal' | `repair-${number}`

/** A span of `contentCreated` time `[start, end)` of one content type, in UTC milliseconds. */
export interface EntrySpan {
  readonly contentType: string
  readonly start: number
  readonly end: number
}

/** One complete listing of a span: every page, no error. */
export interface Listing {
  /** The service's `Date` on the first page, the earliest if the span took several calls; null when the service sent none. */
  readonly serviceDate: number | null
  readonly localDate: number
  readonly pages: number
  /** How many contents were listed, those already known included. */
  readonly contents: number
}

export interface StoredObject {
  readonly key: string
  /** Hex SHA-256 of the stored lines, and of the records whatever the order of records and keys. */
  readonly linesSha256: string
  readonly recordsSha256: string
  /** Hex SHA-256 of the object's bytes as stored: bits of a compressed stream may change without a change of its lines. Absent in early entries. */
  readonly sha256?: string | undefined
}

export const storedObjectSchema: z.ZodType<StoredObject, StoredObject> = z.object({
  key: z.string(),
  linesSha256: z.string(),
  recordsSha256: z.string(),
  sha256: z.string().optional(),
})

export interface EntryContent {
  readonly id: string
  readonly uri: string
  readonly created: number
  readonly expiration: number
  readonly outcome: Outcome
  readonly recordsSeen: number
  readonly recordsKept: number
  readonly bodySha256: string | null
  readonly objects: readonly StoredObject[]
}

/** One object of the ledger. Entries are create-only; the state of a span is the union over all of them. */
export interface LedgerEntry extends EntrySpan {
  readonly tenantId: TenantId
  readonly entry: EntryName
  /** Local clock. */
  readonly writtenAt: number
  /** Null for entries that prove no listing. */
  readonly listing: Listing | null
  readonly operations: readonly string[]
  readonly selectorVersion: string
  readonly contents: readonly EntryContent[]
}
