import { readFileSync } from 'node:fs'
import { hourMs, MailtrailError } from '@mailtrail/core'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { type Config, configShape } from './config-schema.ts'

const environment = {
  MAILTRAIL_REDIS_URL: 'redisUrl',
  MAILTRAIL_REDIS_CA_FILE: 'redisCaFile',
  MAILTRAIL_REDIS_PASSWORD: 'redisPassword',
  MAILTRAIL_REDIS_SENTINEL_PASSWORD: 'redisSentinelPassword',
  MAILTRAIL_LAKE: 'lake',
  MAILTRAIL_PUBLISHER_ID: 'publisherId',
  MAILTRAIL_LOG_LEVEL: 'logLevel',
  MAILTRAIL_HORIZON_HOURS: 'horizonHours',
  MAILTRAIL_JOB_LOCK_MS: 'jobLockMs',
  MAILTRAIL_INSECURE_REDIS: 'insecureRedis',
  MAILTRAIL_HEALTH_ADDRESS: 'healthAddress',
  MAILTRAIL_DRAIN_SECONDS: 'drainSeconds',
  MAILTRAIL_TURNS_AT_ONCE: 'turnsAtOnce',
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
  return parseConfig(z.strictObject(configShape), gather(flags, env, file))
}

/** The fleet's lake and the settings of lakes, for what needs nothing else. @throws {@link MailtrailError} `CONFIG_INVALID` */
export function loadLakeSettings(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
  file: string | undefined = env.MAILTRAIL_CONFIG,
): Pick<Config, 'lake' | 'lakes'> {
  const { lake, lakes } = gather({ lake: flag }, env, file)
  return parseConfig(z.strictObject({ lake: configShape.lake, lakes: configShape.lakes }), { lake, lakes })
}

/** How long after an event its record is waited for, in milliseconds. @throws {@link MailtrailError} `CONFIG_INVALID` */
export function loadHorizonMs(env: NodeJS.ProcessEnv, file: string | undefined = env.MAILTRAIL_CONFIG): number {
  const { horizonHours } = gather({}, env, file)
  return parseConfig(z.strictObject({ horizonHours: configShape.horizonHours }), { horizonHours }).horizonHours * hourMs
}

/** What registrations of tenants may refer to. */
export type TenantSettings = Pick<Config, (typeof tenantSettings)[number]>

const tenantSettings = ['app', 'masterKey', 'routes', 'clouds', 'destinations', 'lakes', 'retention'] as const

/** The settings that registering tenants needs, and nothing of Redis or the lake. @throws {@link MailtrailError} `CONFIG_INVALID` */
export function loadTenantSettings(env: NodeJS.ProcessEnv, file: string | undefined = env.MAILTRAIL_CONFIG): TenantSettings {
  const { app, masterKey, routes, clouds, destinations, lakes, retention } = configShape
  const given = gather({}, env, file)
  const chosen = Object.fromEntries(tenantSettings.map((key) => [key, given[key]]))
  return parseConfig(z.strictObject({ app, masterKey, routes, clouds, destinations, lakes, retention }), chosen)
}

/** Who asks the service, and which Redis the fleet shares. All of it may be missing. */
export interface FleetSettings extends Pick<Config, 'insecureRedis' | 'redisCaFile' | 'redisPassword' | 'redisSentinelPassword'> {
  readonly publisherId?: string | undefined
  readonly redisUrl?: string | undefined
}

/** The settings of a fleet that may not be there yet. @throws {@link MailtrailError} `CONFIG_INVALID` */
export function loadFleetSettings(env: NodeJS.ProcessEnv, file: string | undefined = env.MAILTRAIL_CONFIG): FleetSettings {
  const { publisherId, redisUrl, redisCaFile, redisPassword, redisSentinelPassword, insecureRedis } = configShape
  const given = gather({}, env, file)
  const shape = {
    publisherId: publisherId.optional(),
    redisUrl: redisUrl.optional(),
    redisCaFile,
    redisPassword,
    redisSentinelPassword,
    insecureRedis,
  }
  const chosen = Object.fromEntries(Object.keys(shape).map((key) => [key, given[key]]))
  return parseConfig(z.strictObject(shape), chosen)
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
