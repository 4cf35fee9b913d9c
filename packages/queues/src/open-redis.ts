import { readFileSync } from 'node:fs'
import { MailtrailError } from '@mailtrail/core'
import { Cluster, Redis } from 'ioredis'
import type { RedisAddress } from './redis-address.ts'

/** A connection to one server, or one to each node of a cluster. */
export type RedisConnection = Redis | Cluster

/** What goes with the address, named as in the configuration. Secrets are references, `env:NAME` or `file:PATH`. */
export interface RedisCredentials {
  /** Of the authority that signed the servers' certificates, where the system does not know it. */
  readonly redisCaFile?: string | undefined
  readonly redisPassword?: string | undefined
  readonly redisSentinelPassword?: string | undefined
}

/** A connection on which nothing was heard for so long is made anew; longer than a worker waits for its next job. */
const socketTimeout = 15_000

/** While nodes of a cluster change their parts, a command is sent again as often as this, with this pause, before it fails. */
const [maxRedirections, redirectionPauseMs] = [600, 200]

/**
 * A client that does not connect yet. Whatever goes wrong, it tries again for ever, and commands wait.
 *
 * @throws {@link MailtrailError} `REDIS_SECRET_UNAVAILABLE` where a file or variable is not there
 */
export function openRedis(address: RedisAddress, credentials: RedisCredentials): RedisConnection {
  const { redisCaFile, redisPassword, redisSentinelPassword } = credentials
  const tls = address.hasTls ? { tls: redisCaFile === undefined ? {} : { ca: readText(redisCaFile) } } : {}
  const own = {
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(redisPassword !== undefined && { password: readSecret(redisPassword) }),
    ...tls,
    maxRetriesPerRequest: null,
    socketTimeout,
    // One command less to allow, which servers before 7.2 do not know.
    disableClientInfo: true,
  }
  if (address.kind === 'cluster') return openCluster(address, own)
  if (address.kind === 'server') return new Redis({ ...own, ...address.nodes[0], db: address.db ?? 0, lazyConnect: true })
  return new Redis({
    ...own,
    sentinels: [...address.nodes],
    name: address.master ?? '',
    ...(redisSentinelPassword !== undefined && { sentinelPassword: readSecret(redisSentinelPassword) }),
    ...(address.hasTls && { enableTLSForSentinelMode: true, sentinelTLS: tls.tls }),
    lazyConnect: true,
  })
}

function openCluster({ nodes }: RedisAddress, redisOptions: object): Cluster {
  return new Cluster([...nodes], {
    redisOptions,
    lazyConnect: true,
    maxRedirections,
    retryDelayOnFailover: redirectionPauseMs,
    retryDelayOnClusterDown: redirectionPauseMs,
    retryDelayOnTryAgain: redirectionPauseMs,
    // Names stay names, since certificates are checked against them.
    dnsLookup: (name, found) => found(null, name),
  })
}

function readSecret(reference: string): string {
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(reference) ?? []
  const secret = kind === 'file' ? readText(name) : process.env[name]
  const value = kind === undefined ? undefined : secret?.trim()
  if (value) return value
  throw unavailable(
    kind === undefined ? 'A secret of Redis is no reference such as file:PATH' : `The secret ${reference} of Redis is empty`,
  )
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw unavailable(`The file ${path}, for Redis, cannot be read`, { cause })
  }
}

function unavailable(what: string, options: ErrorOptions = {}): MailtrailError {
  return new MailtrailError('REDIS_SECRET_UNAVAILABLE', `${what}. Provide it, then start again.`, options)
}
