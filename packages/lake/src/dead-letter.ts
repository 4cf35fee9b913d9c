import { hash } from 'node:crypto'
import {
  type EndedWork,
  type ListingName,
  MailtrailError,
  parseTenantId,
  sweepNames,
  type TenantId,
  type WorkFailure,
} from '@mailtrail/core'
import { z } from 'zod'
import { deadLetterKey } from './layout.ts'

/** The work that was given up, as far as it takes to queue it again. It names contents by digest, and holds no address and no mail. */
export type DeadWork =
  | {
      readonly stage: 'contents'
      readonly contentHash: string
      readonly contentType: string
      readonly start: number
      readonly end: number
      /** The ledger entry that names it. */
      readonly entryKey: string
    }
  | ({ readonly stage: 'windows'; readonly contentType: string; readonly start: number; readonly end: number } & (
      | { readonly kind: 'list'; readonly entry: ListingName }
      | { readonly kind: 'seal' }
    ))
  | { readonly stage: 'alerts'; readonly date: string; readonly alertId: string; readonly destination: string }
  | ({ readonly stage: 'compactions' } & (
      | { readonly kind: 'compact'; readonly date: string }
      | { readonly kind: 'fold'; readonly contentType: string; readonly date: string; readonly fold: number }
      | { readonly kind: 'retain' }
    ))
  | { readonly stage: 'jobs'; readonly queue: string; readonly jobId: string; readonly sha256: string; readonly bytes: number }

export const deadStages = ['contents', 'windows', 'alerts', 'compactions', 'jobs'] as const
export type DeadStage = (typeof deadStages)[number]

/** Work that fails every time, and so left its queue for good. Written once; what becomes of it lies beside it. Times are UTC milliseconds. */
export interface DeadLetter extends EndedWork {
  /** 32 hex digits, of the work: however often it fails, it is one letter. */
  readonly id: string
  /** Null where a job did not say, for it could not be read. */
  readonly tenantId: TenantId | null
  readonly work: DeadWork
  /** When the work is pointless, because the service has no more of it; null where nothing ends it. */
  readonly expires: number | null
  readonly writtenAt: number
  /** What stood in a job that could not be read, cut off where it is long. Not for printing. */
  readonly data?: string | undefined
}

export function deadLetterId(tenantId: TenantId | null, work: DeadWork): string {
  const parts = work.stage === 'contents' ? [work.stage, work.contentHash] : Object.values(work)
  return hash('sha256', JSON.stringify([tenantId, ...parts])).slice(0, 32)
}

const time = z.iso.datetime().transform((text) => Date.parse(text))
const span = { contentType: z.string(), start: time, end: time }
export const failureSchema: z.ZodType<WorkFailure> = z.object({ code: z.string(), message: z.string(), at: time })
const work: z.ZodType<DeadWork> = z.union([
  z.object({ stage: z.literal('contents'), contentHash: z.string(), ...span, entryKey: z.string() }),
  z.object({ stage: z.literal('windows'), ...span, kind: z.literal('list'), entry: z.enum(['listed', ...sweepNames]) }),
  z.object({ stage: z.literal('windows'), ...span, kind: z.literal('seal') }),
  z.object({ stage: z.literal('alerts'), date: z.string(), alertId: z.string(), destination: z.string() }),
  z.object({ stage: z.literal('compactions'), kind: z.literal('compact'), date: z.string() }),
  z.object({ stage: z.literal('compactions'), kind: z.literal('fold'), contentType: z.string(), date: z.string(), fold: z.number() }),
  z.object({ stage: z.literal('compactions'), kind: z.literal('retain') }),
  z.object({ stage: z.literal('jobs'), queue: z.string(), jobId: z.string(), sha256: z.string(), bytes: z.number() }),
])
const count = z.number().int().min(1)
const letter: z.ZodType<DeadLetter> = z.object({
  schema: z.literal(1),
  id: z.string(),
  tenantId: z.string().transform(parseTenantId).nullable(),
  work,
  expires: time.nullable(),
  first: failureSchema,
  last: failureSchema,
  jobs: count,
  attempts: count,
  writtenAt: time,
  data: z.string().optional(),
})

/** @throws {@link MailtrailError} `DEAD_LETTER_INVALID` when the bytes are no letter of a released schema, or of another key */
export function parseDeadLetter(bytes: Uint8Array, key: string): DeadLetter {
  try {
    const parsed = letter.parse(JSON.parse(Buffer.from(bytes).toString()))
    if (deadLetterKey(parsed.tenantId, parsed.work.stage, parsed.id) === key) return parsed
    throw new Error('it is another letter')
  } catch (cause) {
    throw deadLetterInvalid(key, cause)
  }
}

export function deadLetterInvalid(key: string, cause: unknown): MailtrailError {
  return new MailtrailError('DEAD_LETTER_INVALID', `The dead letter ${key} cannot be read: restore it from a copy of the lake.`, { cause })
}

const times = new Set(['at', 'start', 'end', 'expires', 'writtenAt'])

/** JSON, times as ISO text. */
export function formatLetter(value: object): Buffer {
  const text = JSON.stringify({ schema: 1, ...value }, (key, part) =>
    times.has(key) && typeof part === 'number' ? new Date(part).toISOString() : part,
  )
  return Buffer.from(`${text}\n`)
}
