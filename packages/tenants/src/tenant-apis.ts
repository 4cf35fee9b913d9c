import { type ActivityApi, type Cloud, type Credential, clouds, createActivityApi, type RequestBudget } from '@mailtrail/activity-api'
import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { readTenant } from './registry.ts'
import { resolveSecret, type SecretContext } from './secret.ts'
import { appOf, type FleetApp } from './tenant-app.ts'

/** The feeds of all tenants, each opened when first asked for and bound to its tenant alone. */
export interface TenantApis extends AsyncDisposable {
  /** @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_INVALID`, `TENANT_APP_MISSING`, `CLOUD_UNKNOWN`, and those of `resolveSecret` */
  open(tenantId: TenantId, options?: Abortable): Promise<ActivityApi>
  /** Reads registration and credential anew the next time, for they may have been replaced. */
  forget(tenantId: TenantId): void
}

/** Clouds named in the configuration, beside Microsoft's own. */
export type NamedClouds = Readonly<Record<string, Omit<Cloud, 'name' | 'caFile'> & { readonly caFile?: string | undefined }>>

export interface TenantApisOptions {
  /** The provider's own tenant id, for tenants that name no other. */
  readonly publisherId: string
  readonly clouds: NamedClouds
  readonly app?: FleetApp | undefined
  /** Reference to the key of sealed credentials. */
  readonly masterKey?: string | undefined
  /** For tenants that name no other. */
  readonly requestsPerMinute: number
  readonly clock: { now(): number }
  /** Bounds each tenant's requests over the whole fleet. */
  readonly budgets?: { of(tenantId: TenantId, requestsPerMinute: number): RequestBudget }
}

/** @throws {@link MailtrailError} `CLOUD_UNKNOWN` */
export function cloudOf(name: string, named: NamedClouds): Cloud {
  const { caFile, ...rest } = (Object.hasOwn(named, name) && named[name]) || {}
  if ('apiRoot' in rest) return { name, ...rest, ...(caFile === undefined ? {} : { caFile }) }
  if (Object.hasOwn(clouds, name)) return clouds[name as keyof typeof clouds]
  const names = [...Object.keys(clouds), ...Object.keys(named)].join(', ')
  throw new MailtrailError('CLOUD_UNKNOWN', `There is no cloud "${name}": it is one of ${names}, or named under clouds in mailtrail.yaml.`)
}

export function createTenantApis(lake: ObjectStore, fleet: TenantApisOptions): TenantApis {
  const known = new Map<TenantId, Promise<ActivityApi>>()
  const retired: Promise<ActivityApi>[] = []

  const create = async (tenantId: TenantId, options?: Abortable): Promise<ActivityApi> => {
    const tenant = await readTenant(lake, tenantId, options)
    const { clientId, credentials } = appOf(tenant, fleet.app)
    return createActivityApi({
      tenantId,
      cloud: cloudOf(tenant.cloud, fleet.clouds),
      clientId,
      publisherId: tenant.publisherId ?? fleet.publisherId,
      credentials: await resolveCredentials(credentials, { tenantId, masterKey: fleet.masterKey }),
      clock: fleet.clock,
      budget: fleet.budgets?.of(tenantId, tenant.requestsPerMinute ?? fleet.requestsPerMinute),
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

/** Those that are there: while one credential replaces another, either is enough. */
async function resolveCredentials(references: readonly string[], context: SecretContext): Promise<[Credential, ...Credential[]]> {
  const results = await Promise.allSettled(references.map((reference) => resolveSecret(reference, context)))
  const [first, ...rest] = results.flatMap((result) => (result.status === 'fulfilled' ? [credentialOf(result.value)] : []))
  if (first) return [first, ...rest]
  throw results.find((result) => result.status === 'rejected')?.reason
}

/** A secret's text is a certificate where it holds PEM. */
export function credentialOf(secret: string): Credential {
  const isCertificate = secret.includes('-----BEGIN')
  return isCertificate ? { kind: 'certificate', certificatePem: secret } : { kind: 'secret', clientSecret: secret }
}
