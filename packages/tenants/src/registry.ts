import { type Abortable, MailtrailError, parseTenantId, type TenantId } from '@mailtrail/core'
import { type ObjectStore, tenantKey, tenantsPrefix } from '@mailtrail/lake'
import { formatTenant, isSameTenant, parseTenant, type Tenant } from './tenant.ts'

/** @throws {@link MailtrailError} `TENANT_INVALID` with every fault, `TENANT_EXISTS` */
export async function addTenant(lake: ObjectStore, tenant: Tenant, options?: Abortable): Promise<void> {
  if ((await lake.create(tenantKey(tenant.tenantId), formatTenant(tenant), options)) === 'exists') {
    throw new MailtrailError('TENANT_EXISTS', `Tenant ${tenant.tenantId} is already registered in ${lake.place}.`)
  }
}

/** @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_INVALID` */
export async function readTenant(lake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<Tenant> {
  const tenant = await findTenant(lake, tenantId, options)
  if (tenant) return tenant
  throw unknown(lake, tenantId)
}

/** Undefined when nobody registered it. @throws {@link MailtrailError} `TENANT_INVALID` */
export async function findTenant(lake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<Tenant | undefined> {
  const bytes = await lake.read(tenantKey(tenantId), options)
  return bytes && decode(tenantId, bytes)
}

/**
 * Replaces the registration by what `change` makes of it; again with the newer one if somebody else was faster. Its legal hold stays as it is.
 *
 * @returns the tenant as it is now
 * @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_INVALID`, and what `change` throws
 */
export async function updateTenant(
  lake: ObjectStore,
  tenantId: TenantId,
  change: (tenant: Tenant) => Tenant,
  options?: Abortable,
): Promise<Tenant> {
  return replaceTenant(lake, tenantId, (tenant) => ({ ...change(tenant), legalHold: tenant.legalHold }), options)
}

/** As {@link updateTenant}, the legal hold included. */
export async function replaceTenant(
  lake: ObjectStore,
  tenantId: TenantId,
  change: (tenant: Tenant) => Tenant,
  options?: Abortable,
): Promise<Tenant> {
  for (;;) {
    const version = await lake.readVersion(tenantKey(tenantId), options)
    if (!version) throw unknown(lake, tenantId)
    const before = decode(tenantId, version.bytes)
    const body = formatTenant({ ...change(before), tenantId })
    const after = decode(tenantId, body)
    if (isSameTenant(after, before)) return after
    if (after.lake !== before.lake) {
      throw new MailtrailError('TENANT_INVALID', `The lake of tenant ${tenantId} was fixed when it was added: evidence does not move.`)
    }
    if ((await lake.replace(tenantKey(tenantId), body, version.etag, options)) === 'replaced') return after
  }
}

/** The ids of all registered tenants, in order. No registration is opened, so that a bad one hides nobody else. */
export async function* listTenantIds(lake: ObjectStore, options?: Abortable): AsyncGenerator<TenantId> {
  for await (const key of lake.list(tenantsPrefix, options)) {
    const id = /^control\/tenants\/([0-9a-f-]{36})\.json$/.exec(key)?.[1]
    if (id) yield parseTenantId(id)
  }
}

function unknown(lake: ObjectStore, tenantId: TenantId): MailtrailError {
  return new MailtrailError('TENANT_UNKNOWN', `Tenant ${tenantId} is not registered in ${lake.place}. Add it with: mailtrail tenant add`)
}

function decode(tenantId: TenantId, bytes: Uint8Array): Tenant {
  try {
    return parseTenant(tenantId, JSON.parse(Buffer.from(bytes).toString()))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new MailtrailError('TENANT_INVALID', `The registration of tenant ${tenantId} is no JSON. Restore it from a copy of the lake.`)
  }
}
