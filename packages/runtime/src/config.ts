import { readFileSync } from 'node:fs'
import { MailtrailError } from '@mailtrail/core'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'

/** A cloud of our own naming, for simulators, labs and proxies that inspect TLS. */
export interface CloudConfig {
  readonly loginHost: string
  readonly apiRoot: string
  readonly resource: string
  readonly caFile?: string | undefined
}

/** A SIEM that alerts are pushed to, by Standard Webhooks. `secret` is a reference (`env:NAME`, `file:PATH`). */
export interface DestinationConfig {
  readonly name: string
  readonly url: string
  readonly secret: string
  readonly caFile?: string | undefined
}

export interface Config {
  readonly redisUrl: string
  /** `file:` and a folder. */
  readonly lake: string
  /** The provider's own tenant id: sent on every call, so that its quota is its own (contract 2.2). */
  readonly publisherId: string
  readonly clouds: Readonly<Record<string, CloudConfig>>
  readonly destinations: readonly DestinationConfig[]
  readonly logLevel: string
  /** How long the job of a worker that died waits before another worker takes it, in milliseconds. */
  readonly jobLockMs: number
  /** Whether a Redis outside this machine may be used without TLS and an ACL user. */
  readonly insecureRedis: boolean
}

const httpsUrl = z.url({
  protocol: /^https$/,
  error: 'must be an https address',
})

const missing = (issue: { readonly input?: unknown }): string | undefined => (issue.input === undefined ? 'is missing' : undefined)

const schema = z.strictObject({
  redisUrl: z.url({
    protocol: /^rediss?$/,
    error: (issue) => missing(issue) ?? 'must be redis://… or rediss://…',
  }),
  lake: z.string({ error: missing }).min(1, 'must be file: and a folder'),
  publisherId: z.guid({ error: (issue) => missing(issue) ?? 'must be a GUID' }),
  clouds: z
    .record(
      z.string(),
      z.strictObject({
        loginHost: httpsUrl,
        apiRoot: httpsUrl,
        resource: httpsUrl,
        caFile: z.string().optional(),
      }),
    )
    .default({}),
  destinations: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9-]+$/, 'must be lower-case letters, digits and hyphens'),
        url: z.url(),
        secret: z.string().regex(/^(env|file):.+/, 'must be env:NAME or file:PATH'),
        caFile: z.string().optional(),
      }),
    )
    .default([]),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  jobLockMs: z.coerce.number().int().min(500).default(30_000),
  insecureRedis: z.union([z.boolean(), z.stringbool()]).default(false),
})

const environment = {
  MAILTRAIL_REDIS_URL: 'redisUrl',
  MAILTRAIL_LAKE: 'lake',
  MAILTRAIL_PUBLISHER_ID: 'publisherId',
  MAILTRAIL_LOG_LEVEL: 'logLevel',
  MAILTRAIL_JOB_LOCK_MS: 'jobLockMs',
  MAILTRAIL_INSECURE_REDIS: 'insecureRedis',
} as const

export type ConfigOverrides = {
  readonly [Key in keyof Config]?: Config[Key] | undefined
}

/**
 * Flags over environment (`MAILTRAIL_…`) over `mailtrail.yaml` over defaults.
 *
 * @param file - path of the YAML file; without one, `MAILTRAIL_CONFIG` may name it, else there is none
 * @throws {@link MailtrailError} `CONFIG_INVALID`, listing every fault at once
 */
export function loadConfig(flags: ConfigOverrides, env: NodeJS.ProcessEnv, file: string | undefined = env.MAILTRAIL_CONFIG): Config {
  return parseConfig(schema, gather(flags, env, file))
}

/** The lake alone, for what needs nothing else. @throws {@link MailtrailError} `CONFIG_INVALID` */
export function loadLakeLocation(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
  file: string | undefined = env.MAILTRAIL_CONFIG,
): string {
  const { lake } = gather({ lake: flag }, env, file)
  return parseConfig(schema.pick({ lake: true }), { lake }).lake
}

/** The named clouds alone. @throws {@link MailtrailError} `CONFIG_INVALID` */
export function loadClouds(env: NodeJS.ProcessEnv, file: string | undefined = env.MAILTRAIL_CONFIG): Config['clouds'] {
  const { clouds } = gather({}, env, file)
  return parseConfig(schema.pick({ clouds: true }), { clouds }).clouds
}

/** Whether environment or file say something of `key`. */
export function isConfigured(key: keyof Config, env: NodeJS.ProcessEnv, file: string | undefined): boolean {
  return gather({}, env, file)[key] !== undefined
}

function gather(flags: ConfigOverrides, env: NodeJS.ProcessEnv, file: string | undefined): Record<string, unknown> {
  const fromEnv = Object.entries(environment).flatMap(([name, key]) => (env[name] === undefined ? [] : [[key, env[name]]]))
  const fromFlags = Object.entries(flags).filter(([, value]) => value !== undefined)
  return { ...(file === undefined ? {} : readYaml(file)), ...Object.fromEntries(fromEnv), ...Object.fromEntries(fromFlags) }
}

function parseConfig<T>(part: z.ZodType<T>, input: Record<string, unknown>): T {
  const result = part.safeParse(input)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `  ${nameOf(path)}: ${message}`)
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
  throw new MailtrailError('CONFIG_INVALID', `The configuration has ${count}:\n${faults.join('\n')}`)
}

function readYaml(file: string): Record<string, unknown> {
  try {
    const settings = z.record(z.string(), z.unknown()).safeParse(parseYaml(readFileSync(file, 'utf8')) ?? {})
    if (settings.success) return settings.data
    throw new Error('it holds no settings by name')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new MailtrailError('CONFIG_INVALID', `The configuration file ${file} cannot be read: ${reason}`, { cause })
  }
}

function nameOf(path: readonly PropertyKey[]): string {
  const key = path.map(String).join('.')
  const variable = Object.entries(environment).find(([, name]) => name === key)?.[0]
  return variable ? `${key} (${variable})` : key || '(top level)'
}
