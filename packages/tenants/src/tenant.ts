import {
  leastRawDays,
  MailtrailError,
  parseTenantId,
  type Retention,
  retentionSchema,
  type TenantId,
  tenantSecretReferenceSchema,
} from '@mailtrail/core'
import { z } from 'zod'

/** One client's Microsoft 365, as the registry keeps it: whom to collect for and with what, never a secret. What is collected when is its history. */
export interface Tenant {
  readonly tenantId: TenantId
  readonly displayName: string
  /** `worldwide`, `gcc`, `gcc-high`, `dod`, `china`, or a cloud named in the configuration. */
  readonly cloud: string
  /** The tenant's own app registration; absent: the fleet's. */
  readonly clientId?: string | undefined
  /** References to the secrets or certificates of its own app, the newest first: two while one is replaced by the other. */
  readonly credentials: readonly string[]
  /** Whose request quota is used; absent: the fleet's. */
  readonly publisherId?: string | undefined
  readonly tags: readonly string[]
  /** Location of its own lake; absent: the fleet's. Fixed when the tenant is added, for evidence does not move. */
  readonly lake?: string | undefined
  /** How long its evidence is kept; what is absent: the fleet's setting. */
  readonly retention?: Retention | undefined
  /** While it is there, nothing of the tenant is removed. */
  readonly legalHold?: LegalHold | undefined
  /** Names of the configured destinations its alerts go to; absent: all. */
  readonly destinations?: readonly string[] | undefined
  /** What is asked of the service in a minute at most; absent: the fleet's setting. */
  readonly requestsPerMinute?: number | undefined
}

/** Why nothing may be removed, whatever the retention. */
export interface LegalHold {
  /** ISO 8601 UTC. */
  readonly since: string
  readonly by: string
  readonly reason: string
}

/** No credential fits into it: `key:secret@bucket` and `?sig=…` are refused. */
const ownLakePattern = /^(?:file:(?:\/\/)?\/|(?:s3:\/\/|abfss:\/\/[\w-]+@)[\w.-]+(?:\/[\w!.*'()=/-]*)?$)/

const oneLine = z.string().regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, 'must hold no control characters')
const names = z.array(z.string().regex(/^[\w.:=/-]{1,64}$/, 'must be up to 64 letters, digits and _.:=/-'))
const withoutRepeats = (list: readonly string[]): boolean => new Set(list).size === list.length
const noRepeats = 'must hold nothing twice'
const hasWholeApp = ({ clientId, credentials }: Pick<Tenant, 'clientId' | 'credentials'>): boolean =>
  (clientId === undefined) === (credentials.length === 0)

const schema = z
  .strictObject({
    schema: z.literal(3),
    tenantId: z.string().transform(parseTenantId),
    displayName: oneLine.trim().min(1, 'must not be empty').max(200),
    cloud: oneLine.min(1, 'must not be empty'),
    clientId: z.guid().optional(),
    credentials: z
      .array(tenantSecretReferenceSchema)
      .max(2, 'must be two at most: the new one and the old')
      .refine(withoutRepeats, noRepeats),
    publisherId: z.guid().optional(),
    tags: names.refine(withoutRepeats, noRepeats),
    lake: z
      .string()
      .regex(ownLakePattern, 'must be file: and an absolute folder, s3://bucket/prefix or abfss://container@account/prefix')
      .optional(),
    retention: retentionSchema.optional(),
    legalHold: z
      .strictObject({ since: z.iso.datetime(), by: oneLine.min(1), reason: oneLine.trim().min(1, 'must not be empty').max(1_000) })
      .optional(),
    destinations: names.refine(withoutRepeats, noRepeats).optional(),
    requestsPerMinute: z.int().min(1).optional(),
  })
  .refine(hasWholeApp, { path: ['clientId'], error: 'and credentials go together: both for an app of its own, neither for the fleet’s' })

/** @throws {@link MailtrailError} `TENANT_INVALID` with every fault */
export function parseTenant(tenantId: TenantId, input: unknown): Tenant {
  // What lies in a tenant's place must be this tenant's: its credential opens another's data otherwise.
  const isOwn = (tenant: { readonly tenantId: TenantId }): boolean => tenant.tenantId === tenantId
  const result = schema.refine(isOwn, { path: ['tenantId'], error: 'is of another tenant' }).safeParse(upgraded(input))
  if (!result.success) throw new MailtrailError('TENANT_INVALID', `Tenant ${tenantId}: ${faultsOf(result.error).join('; ')}.`)
  const { schema: _, ...tenant } = result.data
  return tenant
}

/** What keeps the tenant from being registered, each fault led by its field. */
export function findTenantFaults(tenant: Tenant): string[] {
  const { error } = schema.safeParse({ schema: 3, ...tenant })
  return error ? faultsOf(error) : []
}

/** The registration as it is stored. @throws {@link MailtrailError} `TENANT_INVALID` with every fault */
export function formatTenant(tenant: Tenant): Uint8Array {
  const fields = { schema: 3, ...parseTenant(tenant.tenantId, { schema: 3, ...tenant }) }
  return Buffer.from(`${JSON.stringify(fields, null, 2)}\n`)
}

/** Whether both are stored alike. */
export function isSameTenant(a: Tenant, b: Tenant): boolean {
  return Buffer.compare(formatTenant(a), formatTenant(b)) === 0
}

/** What is wrong, without repeating values: one of them may be a secret. */
function faultsOf({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) => `${path.join('.')} ${message.replace(/^Invalid input: /, '')}`.trim())
}

const firstSchema = z.looseObject({ schema: z.literal(1), credential: z.unknown() })
const secondSchema = z.looseObject({ schema: z.literal(2), retentionDays: z.int().min(1).optional() })

function upgraded(input: unknown): unknown {
  return fromSecond(fromFirst(input))
}

/** A registration of version 1 had one credential, always of its own app, and no tags. */
function fromFirst(input: unknown): unknown {
  const first = firstSchema.safeParse(input)
  if (!first.success) return input
  const { credential, ...rest } = first.data
  return { ...rest, schema: 2, credentials: [credential], tags: [] }
}

/** One of version 2 had one number for all that was kept, and nothing applied it. */
function fromSecond(input: unknown): unknown {
  const second = secondSchema.safeParse(input)
  if (!second.success) return input
  const { retentionDays: days, ...rest } = second.data
  return { ...rest, schema: 3, ...(days !== undefined && { retention: retentionForAll(Math.max(days, leastRawDays)) }) }
}

/** One number of days for all that is kept. */
export function retentionForAll(days: number): Retention {
  return { rawDays: days, itemsDays: days, emailEventsDays: days }
}
