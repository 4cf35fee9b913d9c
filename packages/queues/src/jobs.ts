import { type EntryContent, type Lane, type ListingName, lanes, parseTenantId, sweepNames, type TenantId } from '@mailtrail/core'
import { z } from 'zod'

/**
 * The version of every job that this release queues. It rises with a change that a release without it would do the wrong thing for: a field
 * that matters, a new value of an old one. A field that may go unread raises nothing. See docs/decisions/0018.
 */
export const jobVersion = 1

/** List a span of a tenant's feed and write what it lists to the ledger. */
export interface ListTask {
  readonly v: 1
  readonly kind: 'list'
  readonly tenantId: TenantId
  readonly contentType: string
  readonly start: number
  readonly end: number
  readonly entry: ListingName
  readonly lane: Lane
}

/** List what an open window holds so far, and fetch it: proves nothing, and may be lost. */
export interface PeekTask {
  readonly v: 1
  readonly kind: 'peek'
  readonly tenantId: TenantId
  readonly contentType: string
  readonly start: number
  /** Where the window will end, for its contents are reported under it. */
  readonly end: number
}

/** Write down what became of a span's contents, once all are accounted for; when `overdue`, with the rest as it is. */
export interface SealTask {
  readonly v: 1
  readonly kind: 'seal'
  readonly tenantId: TenantId
  readonly contentType: string
  readonly start: number
  readonly end: number
  readonly overdue: boolean
}

export type WindowTask = ListTask | PeekTask | SealTask

/** A tenant's next few contents: `count` lines from `offset` of one ledger entry. Contents themselves never wait in Redis. */
export interface TurnTask {
  readonly v: 1
  readonly kind: 'turn'
  readonly tenantId: TenantId
  readonly entryKey: string
  readonly offset: number
  readonly count: number
  readonly turnId: string
}

/** What a peek found, at most a turn's worth. It carries its contents, for no ledger entry names them yet. */
export interface PeekTurnTask {
  readonly v: 1
  readonly kind: 'peek'
  readonly tenantId: TenantId
  readonly contentType: string
  readonly start: number
  readonly end: number
  readonly contents: readonly Pick<EntryContent, 'id' | 'uri' | 'created' | 'expiration'>[]
}

export type ContentTask = TurnTask | PeekTurnTask

export interface AlertTask {
  readonly v: 1
  readonly tenantId: TenantId
  readonly date: string
  readonly alertId: string
  readonly destination: string
}

/** Make the items of one event date (`unknown` included) from its raw objects, unless they are up to date. */
export interface CompactTask {
  readonly v: 1
  readonly kind: 'compact'
  readonly tenantId: TenantId
  readonly date: string
}

/** Remove what is past the tenant's retention. */
export interface RetainTask {
  readonly v: 1
  readonly kind: 'retain'
  readonly tenantId: TenantId
}

/** Fold what the ledger holds of one UTC day and content type; where it is folded for the last time, remove what the fold holds. */
export interface FoldTask {
  readonly v: 1
  readonly kind: 'fold'
  readonly tenantId: TenantId
  readonly contentType: string
  readonly date: string
  readonly fold: number
}

export type CompactionTask = CompactTask | FoldTask | RetainTask

const tenantId = z.string().transform(parseTenantId)
const span = {
  v: z.literal(jobVersion),
  tenantId,
  contentType: z.string(),
  start: z.number().int(),
  end: z.number().int(),
}

export const windowTaskSchema: z.ZodType<WindowTask> = z.discriminatedUnion('kind', [
  z.object({
    ...span,
    kind: z.literal('list'),
    entry: z.enum(['listed', ...sweepNames]),
    lane: z.enum(lanes),
  }),
  z.object({ ...span, kind: z.literal('peek') }),
  z.object({ ...span, kind: z.literal('seal'), overdue: z.boolean() }),
])

const turnTask = z.object({
  v: z.literal(jobVersion),
  kind: z.literal('turn'),
  tenantId,
  entryKey: z.string(),
  offset: z.number().int().min(0),
  count: z.number().int().min(1),
  turnId: z.string(),
})

export const turnTaskSchema: z.ZodType<TurnTask> = turnTask

const peekTurnTask = z.object({
  ...span,
  kind: z.literal('peek'),
  contents: z.array(z.object({ id: z.string(), uri: z.string(), created: z.number(), expiration: z.number() })),
})

export const contentTaskSchema: z.ZodType<ContentTask> = z.discriminatedUnion('kind', [turnTask, peekTurnTask])

export const alertTaskSchema: z.ZodType<AlertTask> = z.object({
  v: z.literal(jobVersion),
  tenantId,
  date: z.string(),
  alertId: z.string(),
  destination: z.string(),
})

export const compactionTaskSchema: z.ZodType<CompactionTask> = z.discriminatedUnion('kind', [
  z.object({ v: z.literal(jobVersion), kind: z.literal('compact'), tenantId, date: z.string().regex(/^(\d{4}-\d\d-\d\d|unknown)$/) }),
  z.object({ v: z.literal(jobVersion), kind: z.literal('retain'), tenantId }),
  z.object({
    v: z.literal(jobVersion),
    kind: z.literal('fold'),
    tenantId,
    contentType: z.string(),
    date: z.iso.date(),
    fold: z.number().int().min(1),
  }),
])
