import { type EntryContent, type EntrySpan, spanName, storedObjectSchema, type TenantId } from '@mailtrail/core'
import { z } from 'zod'
import type { RedisConnection } from './open-redis.ts'
import { tenantKey } from './tenant-key.ts'

/** What a fetcher reports of one content, once all its objects and alerts are stored, or its dead letter is. */
export type Receipt = Pick<EntryContent, 'id' | 'outcome' | 'recordsSeen' | 'recordsKept' | 'bodySha256' | 'objects'>

const schema: z.ZodType<Receipt> = z.object({
  id: z.string(),
  outcome: z.enum(['stored', 'quarantined', 'expired', 'missing', 'dead']),
  recordsSeen: z.number().int(),
  recordsKept: z.number().int(),
  bodySha256: z.string().nullable(),
  objects: z.array(storedObjectSchema),
})

/** Receipts are hints: a lost one means that the content is fetched again. */
const keptSeconds = 3_600

export interface Receipts {
  add(tenantId: TenantId, span: EntrySpan, ...receipts: readonly Receipt[]): Promise<void>
  /** The receipts of these contents, by content id. */
  read(tenantId: TenantId, span: EntrySpan, contentIds: readonly string[]): Promise<ReadonlyMap<string, Receipt>>
  count(tenantId: TenantId, span: EntrySpan): Promise<number>
  forget(tenantId: TenantId, span: EntrySpan): Promise<void>
}

export function createReceipts(redis: RedisConnection): Receipts {
  const keyOf = (tenantId: TenantId, span: EntrySpan): string => tenantKey(tenantId, `receipts:${span.contentType}:${spanName(span)}`)
  return {
    add: async (tenantId, span, ...receipts) => {
      const key = keyOf(tenantId, span)
      const adding = redis.multi()
      for (const receipt of receipts) {
        // Another worker may have stored it meanwhile.
        if (receipt.outcome === 'dead') adding.hsetnx(key, receipt.id, JSON.stringify(receipt))
        else adding.hset(key, receipt.id, JSON.stringify(receipt))
      }
      await adding.expire(key, keptSeconds).exec()
    },
    read: async (tenantId, span, contentIds) => {
      const values = contentIds.length === 0 ? [] : await redis.hmget(keyOf(tenantId, span), ...contentIds)
      const receipts = values.flatMap((value) => (value === null ? [] : [schema.parse(JSON.parse(value))]))
      return new Map(receipts.map((receipt) => [receipt.id, receipt]))
    },
    count: (tenantId, span) => redis.hlen(keyOf(tenantId, span)),
    forget: async (tenantId, span) => {
      await redis.del(keyOf(tenantId, span))
    },
  }
}
