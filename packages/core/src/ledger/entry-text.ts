import { z } from 'zod'
import { MailtrailError } from '../errors.ts'
import { parseTenantId } from '../tenant-id.ts'
import { type EntryName, type LedgerEntry, outcomes, storedObjectSchema } from './ledger-entry.ts'

const schemaVersion = 1
const isoTime = z.iso.datetime().transform((text) => Date.parse(text))
const entryName = z
  .string()
  .regex(/^(listed|seal|sweep-1h|sweep-6h|sweep-24h|sweep-settle|sweep-last|repair-[1-9]\d*)$/) as unknown as z.ZodType<EntryName>

const header = z.object({
  schema: z.literal(schemaVersion),
  tenantId: z.string().transform(parseTenantId),
  contentType: z.string(),
  start: isoTime,
  end: isoTime,
  entry: entryName,
  writtenAt: isoTime,
  listing: z
    .object({
      serviceDate: isoTime.nullable(),
      localDate: isoTime,
      pages: z.number().int(),
      contents: z.number().int(),
    })
    .nullable(),
  operations: z.array(z.string()),
  selectorVersion: z.string(),
})

const contentLine = z.object({
  id: z.string(),
  uri: z.string(),
  created: isoTime,
  expiration: isoTime,
  outcome: z.enum(outcomes),
  recordsSeen: z.number().int(),
  recordsKept: z.number().int(),
  bodySha256: z.string().nullable(),
  objects: z.array(storedObjectSchema),
})

/** NDJSON: a header line, then a line a content; times as ISO 8601 UTC. */
export function formatLedgerEntry(entry: LedgerEntry): string {
  const { contents, ...rest } = entry
  const head = {
    schema: schemaVersion,
    ...rest,
    start: iso(entry.start),
    end: iso(entry.end),
    writtenAt: iso(entry.writtenAt),
    listing: entry.listing && {
      ...entry.listing,
      serviceDate: entry.listing.serviceDate === null ? null : iso(entry.listing.serviceDate),
      localDate: iso(entry.listing.localDate),
    },
  }
  const lines = contents.map((content) => ({
    ...content,
    created: iso(content.created),
    expiration: iso(content.expiration),
  }))
  return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/**
 * @param place - the entry's key, for the message
 * @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID` when the text is no entry of a released schema
 */
export function parseLedgerEntry(text: string, place: string): LedgerEntry {
  try {
    const [head, ...lines] = text.trimEnd().split('\n')
    const { schema: _, ...fields } = header.parse(JSON.parse(head ?? ''))
    return {
      ...fields,
      contents: lines.map((line) => contentLine.parse(JSON.parse(line))),
    }
  } catch (cause) {
    throw new MailtrailError(
      'LEDGER_ENTRY_INVALID',
      `The ledger entry ${place} cannot be read. It was altered, or written by a newer release.`,
      { cause },
    )
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
