import {
  type Compression,
  compressions,
  contentTypes,
  defaultHorizonMs,
  findRetentionFaults,
  hourMs,
  longestHorizonMs,
  mailContentType,
  type Retention,
  retentionOf,
  retentionSchema,
  secretReferenceSchema,
} from '@mailtrail/core'
import { z } from 'zod'
import { type LakeConfig, lakesSchema } from './lakes-schema.ts'
import { probeAddress } from './serve-probes.ts'

/** A cloud of our own naming, for simulators, labs and proxies that inspect TLS. */
export interface CloudConfig {
  readonly loginHost: string
  readonly apiRoot: string
  readonly resource: string
  readonly caFile?: string | undefined
}

/** A SIEM that alerts are pushed to, by Standard Webhooks. `secret` is a reference. */
export interface DestinationConfig {
  readonly name: string
  readonly url: string
  readonly secret: string
  readonly caFile?: string | undefined
}

export interface Config {
  /** One server, `redis+sentinel://` or `redis+cluster://` several; `rediss` for TLS. */
  readonly redisUrl: string
  /** The authority of Redis' certificates, where it is none that the system knows. */
  readonly redisCaFile?: string | undefined
  /** References, for what should not stand in an address: `env:NAME` or `file:PATH`. */
  readonly redisPassword?: string | undefined
  readonly redisSentinelPassword?: string | undefined
  /** `file:` and a folder, `s3://bucket/prefix` or `abfss://container@account/prefix`. */
  readonly lake: string
  /** Settings of the fleet's and the tenants' lakes, by the beginning of the location they are for; the longest goes. */
  readonly lakes: Readonly<Record<string, LakeConfig>>
  /** How new raw objects are packed. What is there stays as it is, and is read whatever its packing. */
  readonly compression: Compression
  /** How long evidence is kept of tenants that say nothing else; what is absent: for ever. */
  readonly retention: Retention
  /** The provider's own tenant id: sent on every call, so that its quota is its own (contract 2.2). */
  readonly publisherId: string
  /** The app that collects for every tenant without one of its own; `credential` is a reference. */
  readonly app?: { readonly clientId: string; readonly credential: string } | undefined
  /** Reference to the key of sealed credentials: 32 bytes in base64. */
  readonly masterKey?: string | undefined
  /** What is asked of the service for one tenant in a minute at most. */
  readonly requestsPerMinute: number
  /** How long after an event its record is waited for, before its hour may be called settled. */
  readonly horizonHours: number
  /** The operations that are kept, by content type. Those of MailItemsAccessed always are. */
  readonly routes: Readonly<Record<string, readonly string[]>>
  readonly clouds: Readonly<Record<string, CloudConfig>>
  readonly destinations: readonly DestinationConfig[]
  readonly logLevel: string
  /** How long the job of a worker that died waits before another worker takes it, in milliseconds. */
  readonly jobLockMs: number
  /** Whether a Redis outside this machine may be used without TLS and an ACL user. */
  readonly insecureRedis: boolean
  /** Where a process answers probes: a host and a port, or `:port` for every interface. Nowhere when absent. */
  readonly healthAddress?: string | undefined
  /** How long a process that is asked to end may take for it. */
  readonly drainSeconds: number
  /** Turns that a fetcher has in work at a time, each of four contents in flight. */
  readonly turnsAtOnce: number
}

/** What is needed before, or without, a vault. */
const ownSecret = z.string().regex(/^(env|file):.+/, 'must be env:NAME or file:PATH')

const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https address' })

const missing = (issue: { readonly input?: unknown }): string | undefined => (issue.input === undefined ? 'is missing' : undefined)

const guid = z.guid({ error: (issue) => missing(issue) ?? 'must be a GUID' })

const cloud = z.strictObject({ loginHost: httpsUrl, apiRoot: httpsUrl, resource: httpsUrl, caFile: z.string().optional() })

const destination = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, 'must be lower-case letters, digits and hyphens'),
  url: z.url(),
  secret: secretReferenceSchema,
  caFile: z.string().optional(),
})

const mailOperation = 'MailItemsAccessed'

const routes = z
  .partialRecord(z.enum(contentTypes), z.array(z.string().min(1)).min(1, 'must name an operation'))
  .default({})
  .transform((given) => ({ ...given, [mailContentType]: [...new Set([mailOperation, ...(given[mailContentType] ?? [])])] }))

/** The parts of the configuration, each with its default. */
export const configShape: { readonly [Key in keyof Config]-?: z.ZodType<Config[Key]> } = {
  redisUrl: z
    .string({ error: missing })
    .regex(/^rediss?(\+sentinel|\+cluster)?:\/\/./, 'must be redis://…, redis+sentinel://… or redis+cluster://…; rediss for TLS'),
  redisCaFile: z.string().min(1, 'must not be empty').optional(),
  redisPassword: ownSecret.optional(),
  redisSentinelPassword: ownSecret.optional(),
  lake: z
    .string({ error: missing })
    .min(1, 'must be a location such as file:/srv/lake, s3://bucket/prefix or abfss://container@account/prefix'),
  lakes: lakesSchema.default({}),
  compression: z.enum(compressions).default('gzip'),
  retention: retentionSchema.default({}).superRefine((given, { addIssue }) => {
    for (const message of findRetentionFaults(retentionOf(undefined, given))) addIssue({ code: 'custom', message })
  }),
  publisherId: guid,
  app: z.strictObject({ clientId: guid, credential: secretReferenceSchema }).optional(),
  masterKey: ownSecret.optional(),
  requestsPerMinute: z.int().min(1).default(2_000),
  horizonHours: z.coerce
    .number()
    .int()
    .min(24)
    .max(longestHorizonMs / hourMs)
    .default(defaultHorizonMs / hourMs),
  routes,
  clouds: z.record(z.string(), cloud).default({}),
  destinations: z.array(destination).default([]),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  jobLockMs: z.coerce.number().int().min(500).default(30_000),
  insecureRedis: z.union([z.boolean(), z.stringbool()]).default(false),
  healthAddress: z.string().regex(probeAddress, 'must be host:port, or :port for every interface').optional(),
  drainSeconds: z.coerce.number().min(1).max(3_600).default(25),
  // More than a tenant's turns in the queue, so that a slow tenant cannot hold all of a fetcher.
  turnsAtOnce: z.coerce.number().int().min(4).max(64).default(4),
}
