import { isDeepStrictEqual } from 'node:util'
import { type CollectionState, type Interval, listableMs, MailtrailError, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { type CollectionLog, type CollectionSettings, openCollectionLog } from './collection-log.ts'
import { addTenant, findTenant, readTenant, updateTenant } from './registry.ts'
import type { Tenant } from './tenant.ts'

/** A decision and when it is made, by our clock. */
export interface Decided {
  readonly now: number
}

/**
 * Registers a tenant and begins its collection; again for one that was removed, or whose first addition was cut short.
 *
 * @throws {@link MailtrailError} `TENANT_EXISTS` when it is collected or paused, `TENANT_INVALID`
 */
export async function onboardTenant(
  lake: ObjectStore,
  tenant: Tenant,
  { now, backfill, ...settings }: CollectionSettings & Decided & { readonly backfill: boolean },
): Promise<'added' | 'added again'> {
  const log = await openCollectionLog(lake, tenant.tenantId)
  if (log.state === 'active' || log.state === 'paused') {
    throw new MailtrailError('TENANT_EXISTS', `Tenant ${tenant.tenantId} is registered in ${lake.place} already, and ${log.state}.`)
  }
  if (await findTenant(lake, tenant.tenantId)) await updateTenant(lake, tenant.tenantId, () => tenant)
  else await addTenant(lake, tenant)
  await log.record({ kind: 'added', ...settings, backfill }, now)
  return log.state === 'removed' ? 'added again' : 'added'
}

/** @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_NOT_COLLECTED` */
export async function changeCollection(
  lake: ObjectStore,
  tenantId: TenantId,
  { now, ...change }: Partial<CollectionSettings> & Decided,
): Promise<'changed' | 'unchanged'> {
  const { log, settings } = await openCollected(lake, tenantId)
  const after = { ...settings, ...change }
  if (isDeepStrictEqual(after, settings)) return 'unchanged'
  await log.record({ kind: 'collection-changed', ...after }, now)
  return 'changed'
}

/** @returns the state before, which is `paused` when there was nothing to do. @throws {@link MailtrailError} as `changeCollection` */
export async function pauseTenant(lake: ObjectStore, tenantId: TenantId, { now }: Decided): Promise<CollectionState> {
  const { log } = await openCollected(lake, tenantId)
  if (log.state === 'active') await log.record({ kind: 'paused' }, now)
  return log.state
}

/** @returns the state before, which is `active` when there was nothing to do. @throws {@link MailtrailError} as `changeCollection` */
export async function resumeTenant(
  lake: ObjectStore,
  tenantId: TenantId,
  { now, backfill }: Decided & { readonly backfill: boolean },
): Promise<CollectionState> {
  const { log } = await openCollected(lake, tenantId)
  if (log.state === 'paused') await log.record({ kind: 'resumed', backfill }, now)
  return log.state
}

/** @returns the state before, which is `removed` when there was nothing to do. @throws {@link MailtrailError} `TENANT_UNKNOWN` */
export async function removeTenant(lake: ObjectStore, tenantId: TenantId, { now }: Decided): Promise<CollectionState> {
  await readTenant(lake, tenantId)
  const log = await openCollectionLog(lake, tenantId)
  if (log.state === 'active' || log.state === 'paused') await log.record({ kind: 'removed' }, now)
  return log.state
}

/**
 * Asks for what the service still lists of a span of `contentCreated` time, cut to what it can list.
 *
 * @returns the span that was asked for
 * @throws {@link MailtrailError} `BACKFILL_IMPOSSIBLE`, `TENANT_UNKNOWN`, `TENANT_NOT_COLLECTED`
 */
export async function requestBackfill(
  lake: ObjectStore,
  tenantId: TenantId,
  { now, priority, ...asked }: Interval & Decided & { readonly priority: boolean },
): Promise<Interval> {
  const { log } = await openCollected(lake, tenantId)
  if (log.state === 'paused')
    throw new MailtrailError('TENANT_NOT_COLLECTED', `Tenant ${tenantId} is paused. Resume it first: mailtrail tenant resume`)
  const span = { from: Math.max(asked.from, now - listableMs), to: Math.min(asked.to, now) }
  if (span.from >= span.to) {
    throw new MailtrailError(
      'BACKFILL_IMPOSSIBLE',
      'Nothing of the asked time can be listed: the service lists what became available within the last 7 days, and --from must be before --to.',
    )
  }
  await log.record({ kind: 'backfill-requested', ...span, priority }, now)
  return span
}

async function openCollected(lake: ObjectStore, tenantId: TenantId): Promise<{ log: CollectionLog; settings: CollectionSettings }> {
  await readTenant(lake, tenantId)
  const log = await openCollectionLog(lake, tenantId)
  if (log.settings && (log.state === 'active' || log.state === 'paused')) return { log, settings: log.settings }
  throw new MailtrailError(
    'TENANT_NOT_COLLECTED',
    `Tenant ${tenantId} is registered and not collected${log.state === 'removed' ? ': it was removed' : ''}. Add it again with: mailtrail tenant add`,
  )
}
