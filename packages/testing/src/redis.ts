import { readFileSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ChildServer, lifeline, startChildServer } from './child-server.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { TlsFiles } from './tls-files.ts'

const configFile = fileURLToPath(new URL('../../../infra/redis/redis.conf', import.meta.url))
/** Names the one user that a fleet needs, its password included. */
const aclFile = fileURLToPath(new URL('../../../infra/redis/users.acl', import.meta.url))
/** Its name and password, as they stand in an address. */
export const fleetLogin: string = readFileSync(aclFile, 'utf8').replace(/^user (\S+) on >(\S+).*/s, '$1:$2')

/** A redis-server of the test's own, under the fleet's configuration. */
export interface TestRedis extends AsyncDisposable {
  /** As a user who may do everything. */
  readonly url: string
  /** As the user of `infra/redis/users.acl`, who may do what a fleet needs. */
  readonly fleetUrl: string
  readonly port: number
  /** Of the process that serves now; another one after a restart. */
  readonly pid: number
  /** SIGKILL, as a crash does. What it acknowledged is there after a restart. */
  kill(): Promise<void>
  /** Serves again at the same address; with `wipe` it has lost everything. Kills the process first where it still runs. */
  restart(options?: { readonly wipe?: boolean }): Promise<void>
}

export interface RedisOptions {
  /** Directives that override those of the configuration file, such as `{ 'maxmemory-policy': 'allkeys-lru' }`. */
  readonly directives?: Readonly<Record<string, string>>
  /** With these it talks TLS and nothing else. */
  readonly tls?: TlsFiles
}

/** Starts redis-server on a free loopback port with its data in a private temporary folder; disposing ends it and removes the folder. */
export async function startRedis({ directives = {}, tls }: RedisOptions = {}): Promise<TestRedis> {
  const folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  // A copy, since sentinels have a server write into it what it became.
  const ownConfigFile = join(folder.path, 'redis.conf')
  await copyFile(configFile, ownConfigFile)
  const serve = async (port: number): Promise<ChildServer> => {
    await mkdir(data, { recursive: true })
    const overrides = Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value])
    const args = [
      ownConfigFile,
      '--bind',
      '127.0.0.1',
      ...listeningOn(port, tls),
      '--aclfile',
      aclFile,
      '--dir',
      data,
      '--daemonize',
      'no',
      ...overrides,
    ]
    return startChildServer('sh', ['-c', lifeline, 'sh', 'redis-server', ...args], (line) => line.includes('Ready to accept connections'))
  }
  const started = await serveOnFreePort(serve).catch(async (error) => {
    await folder[Symbol.asyncDispose]()
    throw error
  })
  let server = started.server
  const scheme = tls ? 'rediss' : 'redis'
  return {
    url: `${scheme}://127.0.0.1:${started.port}`,
    fleetUrl: `${scheme}://${fleetLogin}@127.0.0.1:${started.port}`,
    port: started.port,
    get pid() {
      // Each line of its log begins with it: `4711:M 14 Mar 2024 …`.
      return Number.parseInt(server.readyLine, 10)
    },
    kill: () => server.end(),
    restart: async ({ wipe = false } = {}) => {
      await server.end()
      if (wipe) await rm(data, { recursive: true })
      server = await serve(started.port)
    },
    [Symbol.asyncDispose]: async () => {
      await server.end()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** The arguments of a redis-server, or a sentinel, that listens on `port`. */
export function listeningOn(port: number, tls?: TlsFiles): readonly string[] {
  if (tls === undefined) return ['--port', String(port)]
  const files = ['--tls-cert-file', tls.certFile, '--tls-key-file', tls.keyFile, '--tls-ca-cert-file', tls.certFile]
  return ['--port', '0', '--tls-port', String(port), ...files, '--tls-auth-clients', 'no', '--tls-replication', 'yes']
}

export async function serveOnFreePort(serve: (port: number) => Promise<ChildServer>): Promise<{ port: number; server: ChildServer }> {
  for (let attemptsLeft = 5; ; attemptsLeft -= 1) {
    const port = await freePort()
    try {
      return { port, server: await serve(port) }
    } catch (error) {
      if (attemptsLeft <= 1 || !String(error).includes('Address already in use')) throw error
    }
  }
}
