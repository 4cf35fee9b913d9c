import { type Abortable, MailtrailError, parseTenantId, type TenantId } from '@mailtrail/core'
import { type ObjectStore, tenantKey, tenantsPrefix } from '@mailtrail/lake'
import { z } from 'zod'

/** One client's Microsoft 365, as the registry keeps it. `credential` is a reference, never the secret itself. */
export interface Tenant {
  readonly tenantId: TenantId
  readonly displayName: string
  /** `worldwide`, `gcc`, `gcc-high`, `dod`, `china`, or a cloud named in the configuration. */
  readonly cloud: string
  readonly clientId: string
  /** `env:NAME` or `file:PATH`: a client secret, or a certificate with its key in PEM. */
  readonly credential: string
}

const schema = z.object({
  schema: z.literal(1),
  tenantId: z.string().transform(parseTenantId),
  displayName: z.string().min(1),
  cloud: z.string().min(1),
  clientId: z.guid(),
  credential: z.string().regex(/^(env|file):.+/, 'must be env:NAME or file:PATH'),
})

/** @throws {@link MailtrailError} `TENANT_INVALID` with every fault, `TENANT_EXISTS` */
export async function addTenant(lake: ObjectStore, tenant: Tenant, options?: Abortable): Promise<void> {
  const { schema: version, ...fields } = parseTenant(tenant.tenantId, { schema: 1, ...tenant })
  const body = Buffer.from(`${JSON.stringify({ schema: version, ...fields }, null, 2)}\n`)
  if ((await lake.create(tenantKey(tenant.tenantId), body, options)) === 'exists') {
    throw new MailtrailError('TENANT_EXISTS', `Tenant ${tenant.tenantId} is already registered in ${lake.place}.`)
  }
}

/** @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_INVALID` */
export async function readTenant(lake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<Tenant> {
  const bytes = await lake.read(tenantKey(tenantId), options)
  if (!bytes)
    throw new MailtrailError('TENANT_UNKNOWN', `Tenant ${tenantId} is not registered in ${lake.place}. Add it with: mailtrail tenant add`)
  return parseTenant(tenantId, parseJson(Buffer.from(bytes).toString()))
}

/** The ids of all registered tenants, in order. No registration is opened, so that a bad one hides nobody else. */
export async function* listTenantIds(lake: ObjectStore, options?: Abortable): AsyncGenerator<TenantId> {
  for await (const key of lake.list(tenantsPrefix, options)) {
    const id = /^control\/tenants\/([0-9a-f-]{36})\.json$/.exec(key)?.[1]
    if (id) yield parseTenantId(id)
  }
}

/** All registered tenants, by id. */
export async function* listTenants(lake: ObjectStore, options?: Abortable): AsyncGenerator<Tenant> {
  for await (const tenantId of listTenantIds(lake, options)) yield await readTenant(lake, tenantId, options)
}

function parseTenant(tenantId: TenantId, input: unknown): z.infer<typeof schema> {
  // What lies in a tenant's place must be this tenant's: its credential opens another's data otherwise.
  const isOwn = (tenant: { readonly tenantId: TenantId }): boolean => tenant.tenantId === tenantId
  const result = schema.refine(isOwn, { path: ['tenantId'], error: 'is of another tenant' }).safeParse(input)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
  throw new MailtrailError('TENANT_INVALID', `Tenant ${tenantId} has ${faults.length} fault(s):\n${faults.join('\n')}`)
}

/** Undefined when the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
