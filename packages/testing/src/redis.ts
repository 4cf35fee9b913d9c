import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ChildServer, lifeline, startChildServer } from './child-server.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary-folder.ts'

const configFile = fileURLToPath(new URL('../../../infra/redis/redis.conf', import.meta.url))

/** A redis-server of the test's own, under the fleet's configuration. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string
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
}

/** Starts redis-server on a free loopback port with its data in a private temporary folder; disposing ends it and removes the folder. */
export async function startRedis({ directives = {} }: RedisOptions = {}): Promise<TestRedis> {
  const folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  const serve = async (port: number): Promise<ChildServer> => {
    await mkdir(data, { recursive: true })
    const overrides = Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value])
    const args = [configFile, '--bind', '127.0.0.1', '--port', String(port), '--dir', data, '--daemonize', 'no', ...overrides]
    return startChildServer('sh', ['-c', lifeline, 'sh', 'redis-server', ...args], (line) => line.includes('Ready to accept connections'))
  }
  const started = await serveOnFreePort(serve).catch(async (error) => {
    await folder[Symbol.asyncDispose]()
    throw error
  })
  let server = started.server
  return {
    url: `redis://127.0.0.1:${started.port}`,
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

async function serveOnFreePort(serve: (port: number) => Promise<ChildServer>): Promise<{ port: number; server: ChildServer }> {
  for (let attemptsLeft = 5; ; attemptsLeft -= 1) {
    const port = await freePort()
    try {
      return { port, server: await serve(port) }
    } catch (error) {
      if (attemptsLeft <= 1 || !String(error).includes('Address already in use')) throw error
    }
  }
}
