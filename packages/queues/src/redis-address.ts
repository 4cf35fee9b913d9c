import { MailtrailError } from '@mailtrail/core'

/** Where Redis is, as one text says it: one server, the sentinels that know which server leads, or nodes of a cluster. */
export interface RedisAddress {
  readonly kind: 'server' | 'sentinel' | 'cluster'
  readonly hasTls: boolean
  /** An ACL user; without one Redis' `default`. */
  readonly username?: string
  readonly password?: string
  readonly nodes: readonly RedisNode[]
  /** The name that the sentinels watch the leading server under. */
  readonly master?: string
  readonly db?: number
}

interface RedisNode {
  readonly host: string
  readonly port: number
}

const pattern = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([\w.-]*))?$/

/**
 * Reads `redis://user:password@host:6379/0`, `redis+sentinel://a:26379,b:26379/master` or `redis+cluster://a:6379,b:6379`; `rediss` for TLS.
 *
 * @throws {@link MailtrailError} `REDIS_URL_INVALID`, which repeats nothing of it, for it may hold a password
 */
export function parseRedisAddress(url: string): RedisAddress {
  const [, scheme, kind = 'server', login, hosts = '', path = ''] = pattern.exec(url) ?? []
  const nodes = hosts.split(',').map((host) => parseNode(host, kind === 'sentinel' ? 26_379 : 6_379))
  const isOfKind = { server: nodes.length === 1 && /^\d*$/.test(path), sentinel: path !== '', cluster: path === '' }
  if (scheme === undefined || !isKind(kind) || !isOfKind[kind] || nodes.includes(undefined)) throw invalid()
  const [username = '', password = ''] = (login ?? '').split(/:(.*)/s).map(decode)
  return {
    kind,
    hasTls: scheme === 'rediss',
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    nodes: nodes.filter((node) => node !== undefined),
    ...(kind === 'sentinel' && { master: path }),
    ...(kind === 'server' && path !== '' && { db: Number(path) }),
  }
}

function isKind(text: string): text is RedisAddress['kind'] {
  return text === 'server' || text === 'sentinel' || text === 'cluster'
}

function parseNode(text: string, defaultPort: number): RedisNode | undefined {
  const [, ip6, name, port = String(defaultPort)] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = ip6 ?? name
  return host === undefined ? undefined : { host, port: Number(port) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid()
  }
}

function invalid(): MailtrailError {
  return new MailtrailError(
    'REDIS_URL_INVALID',
    'The address of Redis is none: set MAILTRAIL_REDIS_URL to redis://host:6379, redis+sentinel://host:26379,…/master or redis+cluster://host:6379,…; rediss for TLS.',
  )
}
