import { type Abortable, dayMs, hourMs, isCollectionEvent, isoSeconds, MailtrailError, utcDate } from '@mailtrail/core'
import { deletionKey, retireObjects } from '@mailtrail/lake'
import { readHistory } from './history.ts'
import { replaceTenant } from './registry.ts'
import { requireNotHeld } from './require-not-held.ts'
import { noteRetiredRaw } from './retired-raw.ts'
import { type DataKind, findTenantData, type TenantData, type TenantPlace } from './tenant-data.ts'

export interface PurgeOptions extends Abortable {
  /** UTC milliseconds. */
  readonly at: number
  /** Who asks for it. */
  readonly by: string
  readonly reason: string
  /** Called as an object is gone or found locked. */
  readonly onObject?: (kind: DataKind) => void
}

/** What one run of a deletion removed, and what the store keeps. */
export interface DeletionReport {
  readonly tenantId: string
  /** ISO time. */
  readonly at: string
  readonly by: string
  readonly reason: string
  readonly kinds: readonly DeletedKind[]
}

export interface DeletedKind {
  readonly kind: DataKind
  readonly removed: number
  /** Of what was removed. */
  readonly bytes: number
  /** Kept by a lock of the store. */
  readonly locked: number
  /** Until when at the latest, as ISO time; null where nothing is locked, or the store does not say. */
  readonly lockedUntil: string | null
}

/** A content that is on its way when its tenant is removed may still be stored for a while. */
const quietMs = hourMs

/**
 * Removes what was collected of a tenant, after tombstones that name it, and writes a report into the fleet's lake. Run again, it does the rest. Ledger,
 * tombstones and history stay, and of the registration no more than says whom they are about.
 *
 * @throws {@link MailtrailError} `TENANT_STILL_COLLECTED`, `PURGE_TOO_EARLY`, `TENANT_HELD`
 */
export async function purgeTenant(place: TenantPlace, { at, by, reason, onObject, signal }: PurgeOptions): Promise<DeletionReport> {
  const { fleetLake, tenantId } = place
  await requirePurgeable(place, at, { signal })
  await noteRetiredRaw(fleetLake, tenantId, utcDate(at + dayMs), { signal })
  const kinds: DeletedKind[] = []
  for (const data of await findTenantData(place, at, { signal })) {
    const { lockedUntil, ...result } = await retireObjects(data.lake, keysOf(data, { signal }), {
      cause: () => ({ tenantId, at, by, policy: 'purge', reason }),
      permit: () => requireNotHeld(fleetLake, tenantId, { signal }),
      onObject: () => onObject?.(data.kind),
      signal,
    })
    kinds.push({ kind: data.kind, ...result, lockedUntil: lockedUntil === undefined ? null : isoSeconds(lockedUntil) })
  }
  await forgetSettings(place, { signal })
  const report = { tenantId, at: new Date(at).toISOString(), by, reason, kinds }
  const body = Buffer.from(`${JSON.stringify({ schema: 1, ...report }, null, 2)}\n`)
  await fleetLake.create(deletionKey(tenantId, report.at), body, { signal })
  return report
}

/** @throws {@link MailtrailError} as {@link purgeTenant} */
export async function requirePurgeable({ fleetLake, tenantId }: TenantPlace, now: number, options?: Abortable): Promise<void> {
  await requireNotHeld(fleetLake, tenantId, options)
  const last = (await readHistory(fleetLake, tenantId, options)).findLast(isCollectionEvent)
  if (last && last.kind !== 'removed') {
    throw new MailtrailError(
      'TENANT_STILL_COLLECTED',
      `Tenant ${tenantId} is collected or paused. End that first: mailtrail tenant remove ${tenantId}`,
    )
  }
  if (last === undefined || now >= last.at + quietMs) return
  throw new MailtrailError(
    'PURGE_TOO_EARLY',
    `Tenant ${tenantId} was removed at ${isoSeconds(last.at)}, and what was on its way then may still be stored. Try again after ${isoSeconds(last.at + quietMs)}.`,
    { retry: { again: true, afterMs: last.at + quietMs - now } },
  )
}

export async function* keysOf({ lake, prefixes }: TenantData, options?: Abortable): AsyncGenerator<string> {
  for (const prefix of prefixes) yield* lake.list(prefix, options)
}

/** Credentials, sealed ones too, and whatever else nobody needs who reads the reports. The location of its lake stays: tombstones are there. */
async function forgetSettings({ fleetLake, tenantId }: TenantPlace, options: Abortable): Promise<void> {
  await replaceTenant(
    fleetLake,
    tenantId,
    ({ displayName, cloud, lake, legalHold }) => ({ tenantId, displayName, cloud, credentials: [], tags: [], lake, legalHold }),
    options,
  )
}
