import { isDeepStrictEqual } from 'node:util'
import { type ActivityApi, type Cloud, type Credential, clouds, createActivityApi, type RequestBudget } from '@mailtrail/activity-api'
import { type Abortable, MailtrailError, minuteMs, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { readTenant } from './registry.ts'
import { resolveSecret, type SecretContext } from './secret.ts'
import type { Tenant } from './tenant.ts'
import { appOf, type FleetApp } from './tenant-app.ts'

/** The feeds of all tenants, each opened when first asked for and bound to its tenant alone. */
export interface TenantApis extends AsyncDisposable {
  /** @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_INVALID`, `TENANT_APP_MISSING`, `CLOUD_UNKNOWN`, and those of `resolveSecret` */
  open(tenantId: TenantId, options?: Abortable): Promise<ActivityApi>
  /** Where it was the credential that was refused: reads it and the registration anew the next time, for they may have been replaced. */
  noteFailure(tenantId: TenantId, error: unknown): void
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

/** A registration that was changed is noticed after this long. */
const rereadAfterMs = 10 * minuteMs

/** Failures behind which an old credential may stand. */
const credentialCodes: ReadonlySet<string> = new Set(['ACTIVITY_API_LOGIN_FAILED', 'ACTIVITY_API_CONSENT_MISSING'])

/** Beyond the longest that a fetcher waits for one content. */
const longestCallMs = 30 * minuteMs

export function createTenantApis(lake: ObjectStore, fleet: TenantApisOptions): TenantApis {
  const known = new Map<TenantId, { readonly opened: Promise<OpenedTenant>; readonly readAt: number }>()
  let retired: { readonly api: ActivityApi; readonly at: number }[] = []

  /** Calls under way keep their connections for as long as they may take. */
  const retire = ({ api }: OpenedTenant): void => {
    const now = fleet.clock.now()
    const isDone = ({ at }: { readonly at: number }): boolean => now - at >= longestCallMs
    for (const one of retired.filter(isDone)) void one.api[Symbol.asyncDispose]().then(undefined, () => {})
    retired = [...retired.filter((one) => !isDone(one)), { api, at: now }]
  }

  const reopen = async (tenantId: TenantId, before: Promise<OpenedTenant> | undefined, options?: Abortable): Promise<OpenedTenant> => {
    const tenant = await readTenant(lake, tenantId, options)
    const old = await before
    if (old && isDeepStrictEqual(old.tenant, tenant)) return old
    const api = await createApi(tenant, fleet)
    if (old) retire(old)
    return { tenant, api }
  }

  return {
    open: async (tenantId, options) => {
      const now = fleet.clock.now()
      const before = known.get(tenantId)
      if (before && now - before.readAt < rereadAfterMs) return (await before.opened).api
      const opened = reopen(tenantId, before?.opened, options)
      known.set(tenantId, { opened, readAt: now })
      try {
        return (await opened).api
      } catch (error) {
        // A failure is not kept: what was missing may be there the next time.
        if (known.get(tenantId)?.opened === opened) before ? known.set(tenantId, before) : known.delete(tenantId)
        throw error
      }
    },
    noteFailure: (tenantId, error) => {
      if (!(error instanceof MailtrailError && credentialCodes.has(error.code))) return
      known.get(tenantId)?.opened.then(retire, () => {})
      known.delete(tenantId)
    },
    [Symbol.asyncDispose]: async () => {
      const opened = await Promise.allSettled([...known.values()].map((one) => one.opened))
      const apis = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value.api] : []))
      for (const api of [...apis, ...retired.map((one) => one.api)]) await api[Symbol.asyncDispose]()
    },
  }
}

async function createApi(tenant: Tenant, fleet: TenantApisOptions): Promise<ActivityApi> {
  const { tenantId } = tenant
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

interface OpenedTenant {
  readonly tenant: Tenant
  readonly api: ActivityApi
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
