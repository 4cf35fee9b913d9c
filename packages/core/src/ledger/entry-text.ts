import { hash } from 'node:crypto'
import { z } from 'zod'
import { MailtrailError } from '../errors.ts'
import { parseTenantId } from '../tenant-id.ts'
import { type EntryName, type LedgerEntry, outcomes, storedObjectSchema } from './ledger-entry.ts'

/** Entries of schema 1 had no last line. */
const [schemaVersion, unsealedVersion] = [2, 1]
const isoTime = z.iso.datetime().transform((text) => Date.parse(text))
const entryName = z
  .string()
  .regex(/^(listed|seal|sweep-1h|sweep-6h|sweep-24h|sweep-settle|sweep-last|repair-[1-9]\d*)$/) as unknown as z.ZodType<EntryName>

const header = z.object({
  schema: z.literal([schemaVersion, unsealedVersion]),
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

/** NDJSON: a header line, a line a content, then the SHA-256 of all bytes before, so that any changed bit shows; times as ISO 8601 UTC. */
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
  const text = [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')
  return text + sealOf(text)
}

/**
 * @param place - the entry's key, for the message
 * @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID` when the bytes are not as they were written, or no entry of a released schema
 */
export function parseLedgerEntry(bytes: Uint8Array, place: string): LedgerEntry {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const [head = '', ...lines] = text.toString().split('\n')
    const { schema, ...fields } = header.parse(JSON.parse(head))
    if (lines.pop() !== '') throw new Error('its last line is cut')
    if (schema !== unsealedVersion && sealOf(text.subarray(0, -sealBytes)) !== `${lines.pop()}\n`) throw new Error('it was altered')
    return { ...fields, contents: lines.map((line) => contentLine.parse(JSON.parse(line))) }
  } catch (cause) {
    throw ledgerEntryInvalid(place, cause)
  }
}

export function ledgerEntryInvalid(place: string, cause: unknown): MailtrailError {
  return new MailtrailError(
    'LEDGER_ENTRY_INVALID',
    `The ledger entry ${place} cannot be read. It was altered, or written by a newer release.`,
    { cause },
  )
}

function sealOf(text: string | Uint8Array): string {
  return `{"sha256":"${hash('sha256', text)}"}\n`
}

const sealBytes = 78

function iso(time: number): string {
  return new Date(time).toISOString()
}
