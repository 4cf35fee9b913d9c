import { type ActivityApi, type Cloud, clouds, createActivityApi, type RequestBudget } from '@mailtrail/activity-api'
import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { resolveSecret } from './secret.ts'
import { readTenant } from './tenant.ts'

/** The feeds of all tenants, each opened when first asked for and bound to its tenant alone. */
export interface TenantApis extends AsyncDisposable {
  /** @throws {@link MailtrailError} `TENANT_UNKNOWN`, `CLOUD_UNKNOWN`, `SECRET_UNAVAILABLE` */
  open(tenantId: TenantId, options?: Abortable): Promise<ActivityApi>
  /** Reads registration and credential anew the next time, for they may have been replaced. */
  forget(tenantId: TenantId): void
}

/** Clouds named in the configuration, beside Microsoft's own. */
export type NamedClouds = Readonly<Record<string, Omit<Cloud, 'name' | 'caFile'> & { readonly caFile?: string | undefined }>>

export interface TenantApisOptions {
  readonly publisherId: string
  readonly clouds: NamedClouds
  readonly clock: { now(): number }
  /** Bounds each tenant's requests over the whole fleet. */
  readonly budgets?: { of(tenantId: TenantId, requestsPerMinute: number): RequestBudget }
}

/** What Microsoft grants a tenant at the least (contract 2.8). */
const requestsPerMinute = 2_000

/** @throws {@link MailtrailError} `CLOUD_UNKNOWN` */
export function cloudOf(name: string, named: NamedClouds): Cloud {
  const { caFile, ...rest } = (Object.hasOwn(named, name) && named[name]) || {}
  if ('apiRoot' in rest) return { name, ...rest, ...(caFile === undefined ? {} : { caFile }) }
  if (Object.hasOwn(clouds, name)) return clouds[name as keyof typeof clouds]
  const names = [...Object.keys(clouds), ...Object.keys(named)].join(', ')
  throw new MailtrailError('CLOUD_UNKNOWN', `There is no cloud "${name}": it is one of ${names}, or named under clouds in mailtrail.yaml.`)
}

export function createTenantApis(lake: ObjectStore, { publisherId, clouds: named, clock, budgets }: TenantApisOptions): TenantApis {
  const known = new Map<TenantId, Promise<ActivityApi>>()
  const retired: Promise<ActivityApi>[] = []

  const create = async (tenantId: TenantId, options?: Abortable): Promise<ActivityApi> => {
    const tenant = await readTenant(lake, tenantId, options)
    const secret = await resolveSecret(tenant.credential)
    const isCertificate = secret.includes('-----BEGIN')
    return createActivityApi({
      tenantId,
      cloud: cloudOf(tenant.cloud, named),
      clientId: tenant.clientId,
      publisherId,
      credentials: [isCertificate ? { kind: 'certificate', certificatePem: secret } : { kind: 'secret', clientSecret: secret }],
      clock,
      budget: budgets?.of(tenantId, requestsPerMinute),
    })
  }

  return {
    open: (tenantId, options) => {
      const api = known.get(tenantId) ?? create(tenantId, options)
      known.set(tenantId, api)
      // A failure is not kept: what was missing may be there the next time.
      api.catch(() => known.delete(tenantId))
      return api
    },
    forget: (tenantId) => {
      const api = known.get(tenantId)
      known.delete(tenantId)
      // Calls under way keep their connections until they are done with them.
      if (api !== undefined) retired.push(api)
    },
    [Symbol.asyncDispose]: async () => {
      for (const api of await Promise.allSettled([...known.values(), ...retired])) {
        if (api.status === 'fulfilled') await api.value[Symbol.asyncDispose]()
      }
    },
  }
}
