import { parseCreationTime, type TenantId } from '@mailtrail/core'
import { z } from 'zod'

export type EmailEventRow =
  | { readonly kind: 'kept'; readonly time: number; readonly bytes: Uint8Array }
  | { readonly kind: 'other_tenant' }
  | { readonly kind: 'rejected'; readonly reason: string }

export interface RowContext {
  readonly tenantId: TenantId
  /** The tenant that the file's path names; a row that names one itself overrules it. */
  readonly pathTenant: string | undefined
}

const text = z.string().min(1)
const time = text.transform((value, context) => {
  const milliseconds = parseCreationTime(value)
  if (milliseconds !== undefined) return milliseconds
  context.addIssue({ code: 'custom', message: 'is no time' })
  return z.NEVER
})

/** The columns the join needs; explicit nulls are normal on the wire, and other columns are kept unread. */
const columns = z.looseObject({
  Timestamp: time,
  NetworkMessageId: text,
  InternetMessageId: z.string().nullish(),
  RecipientEmailAddress: z.string().nullish(),
  SenderFromAddress: z.string().nullish(),
  SenderMailFromAddress: z.string().nullish(),
  Subject: z.string().nullish(),
  EmailDirection: z.string().nullish(),
})

const envelope = z.looseObject({
  time: z.string().optional(),
  tenantId: z.string(),
  category: z.literal('AdvancedHunting-EmailEvents').optional(),
  properties: columns,
})

/** Reads one line of an export: a row in the Streaming API's envelope, or a plain row. Never throws. */
export function parseEmailEventRow(bytes: Uint8Array | undefined, { tenantId, pathTenant }: RowContext): EmailEventRow {
  if (bytes === undefined) return rejected('line too long')
  const value = parseLine(bytes)
  if (typeof value === 'string') return rejected(value)
  const isEnvelope = 'properties' in value.row
  const tenant = tenantOf(value.row) ?? pathTenant
  if (tenant !== undefined && tenant.toLowerCase() !== tenantId) return { kind: 'other_tenant' }
  const parsed = isEnvelope ? envelope.transform((row) => row.properties).safeParse(value.row) : columns.safeParse(value.row)
  if (!parsed.success) return rejected(describe(parsed.error))
  return { kind: 'kept', time: parsed.data.Timestamp, bytes }
}

/** The tenant in `…/tenantId=<guid>/y=2024/…`, as the Streaming API names its folders. */
export function tenantOfPath(path: string): string | undefined {
  return /(?:^|[\\/])tenantId=([0-9a-f-]{36})(?:[\\/]|$)/i.exec(path)?.[1]
}

function tenantOf(row: object): string | undefined {
  return 'tenantId' in row && typeof row.tenantId === 'string' ? row.tenantId : undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseLine(bytes: Uint8Array): { readonly row: object } | string {
  try {
    const row: unknown = JSON.parse(utf8.decode(bytes))
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? { row } : 'not a JSON object'
  } catch (error) {
    return error instanceof SyntaxError ? 'not JSON' : 'not UTF-8'
  }
}

function rejected(reason: string): EmailEventRow {
  return { kind: 'rejected', reason }
}

/** Names fields and faults; a value could be mail content. */
function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
}
