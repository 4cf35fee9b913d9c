import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  roles as allRoles,
  configureForSimulator,
  registerTenants,
  runSimulatedTime,
  siemSchema,
  startRoles,
  type Truth,
  truthSchema,
} from '@mailtrail/cli'
import { hourMs } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { connectRedis, createWorkQueues } from '@mailtrail/queues'
import { type Config, createLogger, logFile, SimulatedClock } from '@mailtrail/runtime'
import { openFleetLake } from '@mailtrail/tenants'
import { startRedis, startSimulator, type TestRedis, type TestSimulator, temporaryFolder } from '@mailtrail/testing'

/** A fleet on real parts: redis-server, the simulator over TLS, a folder lake, roles in this process. */
export interface FleetUnderTest extends AsyncDisposable {
  readonly folder: string
  readonly config: Config
  readonly lake: ObjectStore
  readonly redis: TestRedis
  readonly simulator: TestSimulator
  readonly clock: SimulatedClock
  /** When simulated time began, in UTC milliseconds. */
  readonly start: number
  startRoles(names?: readonly string[]): Promise<AsyncDisposable>
  /** Lets simulated time pass up to `time`, never ahead of unfinished work. */
  runTo(time: number, stepMs?: number): Promise<void>
  truth(): Promise<Truth>
  siem(): Promise<ReturnType<typeof siemSchema.parse>>
}

export interface FleetUnderTestOptions {
  readonly windowMinutes?: number
  /** Whether the simulator's tenants are collected from the start; a test adds them itself otherwise. */
  readonly areAdded?: boolean
  /** Beside what the simulator needs. */
  readonly settings?: Partial<Config>
}

export async function startFleetUnderTest(
  scenario: string | object,
  { windowMinutes = 10, areAdded = true, settings = {} }: FleetUnderTestOptions = {},
): Promise<FleetUnderTest> {
  await using parts = new AsyncDisposableStack()
  const { path: folder } = parts.use(await temporaryFolder())
  const redis = parts.use(await startRedis())
  const simulator = parts.use(await startSimulator({ scenario }))
  const forSimulator = await configureForSimulator(simulator.announcement, { folder, redisUrl: redis.fleetUrl })
  const config = { ...forSimulator, jobLockMs: 1_000, ...settings }
  // For roles that run as processes of their own; JSON is YAML.
  await writeFile(join(folder, 'mailtrail.yaml'), JSON.stringify(config))
  const lake = parts.use(await openFleetLake(config))
  const start = await simulator.now()
  if (areAdded) await registerTenants(lake, simulator.announcement, { folder, now: start, windowMinutes })
  const clock = new SimulatedClock(start)
  const log = createLogger('info', logFile(join(folder, 'fleet.log')))
  const owned = parts.move()
  return {
    folder,
    config,
    lake,
    redis,
    simulator,
    clock,
    start,
    startRoles: (names = Object.keys(allRoles)) => startRoles(names, { config, clock, log }),
    runTo: async (until, stepMs = hourMs) => {
      await using connections = new AsyncDisposableStack()
      const connection = connections.adopt(await connectRedis(config.redisUrl, config), (client) => client.disconnect())
      const queues = connections.use(createWorkQueues(connection))
      await runSimulatedTime({ clock, simulator, queues, until, stepMs })
    },
    truth: async () => truthSchema.parse(await simulator.get('/sim/truth')),
    siem: async () => siemSchema.parse(await simulator.get('/sim/siem')),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  }
}
