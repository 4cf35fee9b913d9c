import { z } from 'zod'
import { tenantFaultSchema } from './tenant-fault-schema.ts'
import { type ContentType, contentTypes, type Fault, type TenantFault } from './world.ts'

/** A scenario file; docs/simulator.md explains each member. */
export interface Scenario {
  readonly start: string
  readonly pageSize: number
  readonly siem: { readonly failFirst: number }
  readonly tenants: readonly ScenarioTenant[]
}

export interface ScenarioTenant {
  readonly tenantId: string
  readonly displayName: string
  readonly clientId: string
  readonly clientSecret: string
  readonly publisherId?: string | undefined
  readonly initiallySubscribed: boolean
  readonly subscriptionEvents: readonly {
    readonly at: string
    readonly action: 'start' | 'stop' | 'remove'
  }[]
  readonly requestsPerMinute?: number | undefined
  readonly faults: readonly TenantFault[]
  readonly contents: readonly ScenarioContent[]
}

export interface ScenarioContent {
  readonly contentType: ContentType
  readonly contentId?: string | undefined
  readonly created: string
  readonly listedFrom?: string | undefined
  readonly expires?: string | undefined
  readonly records: readonly object[]
  readonly rawBody?: string | undefined
  readonly fault?: Fault | undefined
}

const time = z.iso.datetime({
  message: 'a UTC time such as 2024-03-11T00:00:00Z is needed',
})
const guid = z.guid().transform((id) => id.toLowerCase())

// Passed through untouched: a copy could lose the number tokens that the file's reader kept.
const record = z.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'a record is an object')

const fault = z
  .strictObject({
    kind: z.enum(['status', 'throttle', 'missing', 'expired', 'truncate', 'errorObject', 'notJson']),
    status: z.int().min(200).max(599).optional(),
    times: z.int().positive().optional(),
  })
  .transform(
    ({ kind, status, times }): Fault => ({
      kind,
      ...(status && { status }),
      ...(times && { times }),
    }),
  )

const content = z
  .strictObject({
    contentType: z.enum(contentTypes).default('Audit.Exchange'),
    contentId: z.string().min(1).optional(),
    created: time,
    listedFrom: time.optional(),
    expires: time.optional(),
    records: z.array(record).default([]),
    rawBody: z.string().optional(),
    fault: fault.optional(),
  })
  .refine(({ created, listedFrom }) => !listedFrom || Date.parse(listedFrom) >= Date.parse(created), {
    path: ['listedFrom'],
    error: 'is before `created`',
  })

const tenant = z
  .strictObject({
    tenantId: guid,
    displayName: z.string().min(1),
    clientId: guid,
    clientSecret: z.string().min(1),
    publisherId: guid.optional(),
    initiallySubscribed: z.boolean().default(false),
    subscriptionEvents: z.array(z.strictObject({ at: time, action: z.enum(['stop', 'start', 'remove']) })).default([]),
    requestsPerMinute: z.int().positive().optional(),
    faults: z.array(tenantFaultSchema).default([]),
    contents: z.array(content),
  })
  .refine(({ contents }) => areDistinct(contents.flatMap(({ contentId }) => contentId ?? [])), {
    path: ['contents'],
    error: 'two contents have the same contentId',
  })

/** Reads a scenario out of JSON; every fault is reported with its path. */
export const scenarioSchema: z.ZodType<Scenario> = z
  .strictObject({
    start: time,
    pageSize: z.int().positive().default(200),
    siem: z.strictObject({ failFirst: z.int().nonnegative().default(0) }).default({ failFirst: 0 }),
    tenants: z.array(tenant).min(1),
  })
  .refine(({ tenants }) => areDistinct(tenants.map(({ tenantId }) => tenantId)), {
    path: ['tenants'],
    error: 'two tenants have the same tenantId',
  })

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}
