import { hash } from 'node:crypto'
import { type Abortable, MailtrailError, parseTenantId, type TenantId } from '@mailtrail/core'
import { z } from 'zod'
import { importNoteKey } from './layout.ts'
import type { ObjectStore } from './object-store.ts'

/** What one note holds at most, so that reading one takes bounded memory. */
export const maxImportedObjects = 2_000

const header = z.object({ schema: z.literal(1), tenantId: z.string().transform(parseTenantId) })
const line = z.object({ key: z.string().min(1) })

/**
 * Writes that objects were imported from outside, so that their removal is noticed: of what the service never listed the ledger knows nothing. The same
 * note twice is one.
 *
 * @param keys - {@link maxImportedObjects} at most
 */
export async function writeImportNote(lake: ObjectStore, tenantId: TenantId, keys: Iterable<string>, options?: Abortable): Promise<void> {
  const lines = [{ schema: 1, tenantId }, ...[...keys].sort().map((key) => ({ key }))]
  const bytes = Buffer.from(lines.map((part) => `${JSON.stringify(part)}\n`).join(''))
  await lake.create(importNoteKey(tenantId, hash('sha256', bytes)), bytes, options)
}

/**
 * The keys that a note names.
 *
 * @throws {@link MailtrailError} `IMPORT_NOTE_INVALID` when it is not there, not as it was written, or of another tenant than its key says
 */
export async function readImportNote(lake: ObjectStore, key: string, options?: Abortable): Promise<string[]> {
  const bytes = (await lake.read(key, options)) ?? new Uint8Array()
  try {
    const [head = '', ...lines] = Buffer.from(bytes).toString().trimEnd().split('\n')
    const { tenantId } = header.parse(JSON.parse(head))
    if (importNoteKey(tenantId, hash('sha256', bytes)) !== key) throw new Error('its key names other bytes')
    return lines.map((text) => line.parse(JSON.parse(text)).key)
  } catch (cause) {
    throw new MailtrailError('IMPORT_NOTE_INVALID', `The note ${key} in ${lake.place} is not as it was written: restore it from a copy.`, {
      cause,
    })
  }
}
