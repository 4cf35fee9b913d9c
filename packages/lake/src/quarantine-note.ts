import { hash } from 'node:crypto'
import { z } from 'zod'

/** What of a content could not be kept as evidence, and why. */
export interface QuarantineNote {
  readonly tenantId: string
  readonly contentId: string
  readonly records?: readonly QuarantinedRecord[] | undefined
  /** The error code of a body whose records cannot be told apart. */
  readonly body?: string | undefined
  /** Hex; notes of early releases lack it. */
  readonly bodySha256?: string | undefined
}

/** Where a record stood in the body, its length in bytes, and why it could not be kept. */
export interface QuarantinedRecord {
  readonly offset: number
  readonly bytes: number
  readonly reason: string
  /** Of its bytes, hex; notes of early releases lack it. */
  readonly sha256?: string | undefined
}

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const record = z.strictObject({ offset: z.number().int(), bytes: z.number().int(), reason: z.string() })
const common = { tenantId: z.string(), contentId: z.string(), body: z.string().optional() }
const noteSchema: z.ZodType<QuarantineNote & { readonly schema: 1 | 2 }> = z.discriminatedUnion('schema', [
  // Of early releases: neither sealed nor with digests of what they name.
  z.strictObject({ ...common, schema: z.literal(1), records: z.array(record).optional() }),
  z.strictObject({
    ...common,
    schema: z.literal(2),
    records: z.array(record.extend({ sha256: digest })).optional(),
    bodySha256: digest.optional(),
    sha256: digest,
  }),
])

/** A JSON object whose last member is the SHA-256 of the bytes before that member, so that any changed bit shows. */
export function formatQuarantineNote({ tenantId, contentId, ...what }: QuarantineNote): Buffer {
  const text = JSON.stringify({ schema: 2, tenantId, contentId, ...what }).slice(0, -1)
  return Buffer.from(`${text}${sealOf(text)}`)
}

/** @throws Error when the bytes are not as they were written, or are no note of a released schema */
export function parseQuarantineNote(bytes: Uint8Array): QuarantineNote {
  const text = Buffer.from(bytes).toString()
  const note = noteSchema.parse(JSON.parse(text))
  if (note.schema === 2 && !text.endsWith(sealOf(text.slice(0, text.lastIndexOf(',"sha256":'))))) throw new Error('it was altered')
  return note
}

function sealOf(text: string): string {
  return `,"sha256":"${hash('sha256', text)}"}\n`
}
