import { hash } from 'node:crypto'
import { type Abortable, MailtrailError, parseTenantId, type TenantId, utcDate } from '@mailtrail/core'
import { z } from 'zod'
import { tombstoneKey, tombstonePrefix } from './layout.ts'
import type { ObjectStore } from './object-store.ts'

/** What one tombstone holds at most, so that reading one takes bounded memory. */
export const maxTombstoneObjects = 2_000

/** An object that is removed after the tombstone is written. */
export interface RetiredObject {
  readonly key: string
  /** Hex SHA-256 of its bytes; null when they could not be read. */
  readonly sha256: string | null
}

/** Why objects of a tenant were removed: written before anything is, so that nothing goes without a trace. */
export interface TombstoneCause {
  readonly tenantId: TenantId
  /** UTC milliseconds. */
  readonly at: number
  /** Who removed them: a person, or the role that applies retention. */
  readonly by: string
  /** The rule that was applied, such as `retention.rawDays=400` or `purge`. */
  readonly policy: string
  readonly reason: string
}

export interface Tombstone extends TombstoneCause {
  readonly objects: readonly RetiredObject[]
}

const line = z.object({ key: z.string().min(1), sha256: z.string().nullable() })
const header = z.object({
  schema: z.literal(1),
  tenantId: z.string().transform(parseTenantId),
  at: z.iso.datetime().transform((text) => Date.parse(text)),
  by: z.string(),
  policy: z.string(),
  reason: z.string(),
})

/**
 * Writes one tombstone. The same one twice is one.
 *
 * @param objects - {@link maxTombstoneObjects} at most
 * @returns its key
 */
export async function writeTombstone(
  lake: ObjectStore,
  cause: TombstoneCause,
  objects: readonly RetiredObject[],
  options?: Abortable,
): Promise<string> {
  const { tenantId, at, by, policy, reason } = cause
  const head = { schema: 1, tenantId, at: new Date(at).toISOString(), by, policy, reason }
  const lines = objects.map(({ key, sha256 }) => ({ key, sha256 }))
  const bytes = Buffer.from([head, ...lines].map((part) => `${JSON.stringify(part)}\n`).join(''))
  const key = tombstoneKey(tenantId, utcDate(at), hash('sha256', bytes))
  await lake.create(key, bytes, options)
  return key
}

/**
 * Every tombstone of the tenant, one at a time.
 *
 * @throws {@link MailtrailError} `TOMBSTONE_INVALID`
 */
export async function* readTombstones(lake: ObjectStore, tenantId: TenantId, options?: Abortable): AsyncGenerator<Tombstone> {
  for await (const key of lake.list(tombstonePrefix(tenantId), options)) yield await readTombstone(lake, key, options)
}

/** @throws {@link MailtrailError} `TOMBSTONE_INVALID` when it is not there, not as it was written, or of another tenant than its key says */
export async function readTombstone(lake: ObjectStore, key: string, options?: Abortable): Promise<Tombstone> {
  const bytes = (await lake.read(key, options)) ?? new Uint8Array()
  try {
    const [head = '', ...lines] = Buffer.from(bytes).toString().trimEnd().split('\n')
    const { schema: _, ...cause } = header.parse(JSON.parse(head))
    if (tombstoneKey(cause.tenantId, utcDate(cause.at), hash('sha256', bytes)) !== key) throw new Error('its key names other bytes')
    return { ...cause, objects: lines.map((text) => line.parse(JSON.parse(text))) }
  } catch (cause) {
    throw new MailtrailError(
      'TOMBSTONE_INVALID',
      `The tombstone ${key} in ${lake.place} is not as it was written: restore it from a copy.`,
      {
        cause,
      },
    )
  }
}

/** What an altered tombstone still names: the lines that can be read. It proves nothing. */
export function salvageTombstone(bytes: Uint8Array): RetiredObject[] {
  return Buffer.from(bytes)
    .toString()
    .split('\n')
    .flatMap((text) => {
      try {
        return [line.parse(JSON.parse(text))]
      } catch {
        return []
      }
    })
}
