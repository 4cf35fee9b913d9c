import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import { type ObjectStore, retiredRawKey } from '@mailtrail/lake'
import { z } from 'zod'

const schema = z.object({ schema: z.literal(1), tenantId: z.string(), before: z.iso.date() })

/**
 * Notes that raw of event dates before `before` may be removed from now on: coverage calls nothing of it settled any more. It never goes back,
 * however long the retention becomes: what was removed stays removed.
 *
 * @param before - `YYYY-MM-DD`
 */
export async function noteRetiredRaw(fleetLake: ObjectStore, tenantId: TenantId, before: string, options?: Abortable): Promise<void> {
  const key = retiredRawKey(tenantId)
  const body = Buffer.from(`${JSON.stringify({ schema: 1, tenantId, before })}\n`)
  for (;;) {
    const version = await fleetLake.readVersion(key, options)
    if (!version) {
      if ((await fleetLake.create(key, body, options)) === 'created') return
      continue
    }
    if (decode(tenantId, version.bytes) >= before) return
    if ((await fleetLake.replace(key, body, version.etag, options)) === 'replaced') return
  }
}

/** The first event date whose raw was not removed; undefined when none was. @throws {@link MailtrailError} `RETENTION_NOTE_INVALID` */
export async function readRetiredRaw(fleetLake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<string | undefined> {
  const bytes = await fleetLake.read(retiredRawKey(tenantId), options)
  return bytes && decode(tenantId, bytes)
}

function decode(tenantId: TenantId, bytes: Uint8Array): string {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString())).before
  } catch (cause) {
    const message = `${retiredRawKey(tenantId)}, which says what raw of tenant ${tenantId} was removed, cannot be read. Restore it from a copy of the lake.`
    throw new MailtrailError('RETENTION_NOTE_INVALID', message, { cause })
  }
}
