import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startChildServer } from './child-server.ts'
import { temporaryFolder } from './temporary-folder.ts'

const program = fileURLToPath(new URL('../../../apps/simulator/src/main.ts', import.meta.url))

/** What the simulator says of itself once it listens. */
export interface Announcement {
  readonly event: 'simulator.listening'
  /** `https://127.0.0.1:…`; login host, API root and resource in one. */
  readonly origin: string
  /** Another host of the simulator, to which no token belongs. */
  readonly foreignOrigin: string
  /** The authority to trust, in PEM. */
  readonly caFile: string
  readonly emailEventsDir: string
  readonly siemUrl: string
  readonly siemSecret: string
  readonly tenants: readonly AnnouncedTenant[]
}

export interface AnnouncedTenant {
  readonly tenantId: string
  readonly displayName: string
  readonly clientId: string
  readonly clientSecret: string
  readonly publisherId: string
}

export interface SimulatorOptions {
  /** A built-in name (`hospital`), the path of a scenario file, or a scenario itself. */
  readonly scenario: string | object
  /** The same seed gives the same world; `1` by default. */
  readonly seed?: string
}

/** The simulator as a process of its own, spoken to over TLS like the service it stands for. */
export interface TestSimulator extends AsyncDisposable {
  readonly announcement: Announcement
  /** Simulated time, in UTC milliseconds. */
  now(): Promise<number>
  /** Moves simulated time, which only goes forward. */
  advanceTo(ms: number): Promise<void>
  /** The parsed answer at a control address such as `/sim/truth`; `T` is the caller's word for its shape. */
  get<T = unknown>(path: string): Promise<T>
}

/** Starts apps/simulator by its command with its files in a private temporary folder; disposing ends it and removes the folder. */
export async function startSimulator({ scenario, seed = '1' }: SimulatorOptions): Promise<TestSimulator> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const place = typeof scenario === 'string' ? scenario : await writeScenario(folder.path, scenario)
  const args = ['--conditions=@mailtrail/source', program, '--scenario', place, '--seed', seed, '--dir', folder.path, '--stdin-lifeline']
  const server = await startChildServer(process.execPath, args, (line) => line.startsWith('{'))
  started.defer(() => server.end())
  const announcement: Announcement = JSON.parse(server.readyLine)
  const agent = new Agent({ ca: await readFile(announcement.caFile), keepAlive: true })
  started.defer(() => agent.destroy())

  const call = async (method: 'GET' | 'PUT', path: string, body?: object): Promise<unknown> => {
    const outgoing = request(new URL(path, announcement.origin), { agent, method })
    outgoing.end(body && JSON.stringify(body))
    const [response] = await once(outgoing, 'response')
    const answer = await text(response)
    if (response.statusCode !== 200) throw new Error(`The simulator answered ${response.statusCode} to ${method} ${path}: ${answer}`)
    return JSON.parse(answer)
  }
  const running = started.move()
  return {
    announcement,
    now: async () => Date.parse((await (call('GET', '/sim/clock') as Promise<{ readonly now: string }>)).now),
    advanceTo: async (ms) => {
      await call('PUT', '/sim/clock', { now: new Date(ms).toISOString() })
    },
    get: async <T>(path: string) => (await call('GET', path)) as T,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function writeScenario(folder: string, scenario: object): Promise<string> {
  const file = join(folder, 'scenario.json')
  await writeFile(file, JSON.stringify(scenario))
  return file
}
