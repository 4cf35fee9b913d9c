import { configureForSimulator, registerTenants } from '@mailtrail/cli'
import type { ObjectStore } from '@mailtrail/lake'
import { connectRedis, createWorkQueues, type WorkQueues } from '@mailtrail/queues'
import type { Config } from '@mailtrail/runtime'
import { openFleetLake } from '@mailtrail/tenants'
import {
  type FaultProxy,
  startFaultProxy,
  startRedis,
  startSimulator,
  startTunnelProxy,
  type TestRedis,
  type TestSimulator,
  temporaryFolder,
} from '@mailtrail/testing'
import { chaosStart } from './chaos-world.ts'
import { FleetMember } from './fleet-member.ts'
import type { LakePlace } from './lake-place.ts'

/** A fleet of processes, each on wires of its own to a real Redis, the simulator and the lake. */
export interface ChaosFleet extends AsyncDisposable {
  readonly folder: string
  readonly lake: ObjectStore
  readonly place: LakePlace
  readonly redis: TestRedis
  readonly queues: WorkQueues
  /** To the server itself, past all faults. */
  readonly connection: Awaited<ReturnType<typeof connectRedis>>
  readonly simulator: TestSimulator
  readonly members: readonly FleetMember[]
  /** Before the SIEM. */
  readonly siem: FaultProxy
  /** Lets time pass to `now` for the service and for all machines. */
  step(now: number): Promise<void>
}

/** Two of what may be there twice, and one of the others. */
const crew: Readonly<Record<string, number>> = { lister: 2, fetcher: 2, notifier: 1, compactor: 1, scheduler: 2 }

/** A lock that is gone soon, so that what dies or stands still is done by another. */
const jobLockMs = 1_000

export async function startChaosFleet(world: object, place: LakePlace): Promise<ChaosFleet> {
  await using parts = new AsyncDisposableStack()
  const { path: folder } = parts.use(await temporaryFolder())
  const redis = parts.use(await startRedis())
  const simulator = parts.use(await startSimulator({ scenario: world }))
  const tunnel = parts.use(await startTunnelProxy())
  const siem = parts.use(await startFaultProxy(portOf(simulator.announcement.origin)))
  const said = { ...simulator.announcement, siemUrl: `https://127.0.0.1:${siem.port}/sim/siem` }
  const base = { ...(await configureForSimulator(said, { folder, redisUrl: redis.url })), ...place.settings(), jobLockMs }
  const lake = parts.use(await openFleetLake(base))
  await registerTenants(lake, said, { folder, now: chaosStart })
  const connection = parts.adopt(await connectRedis(redis.url), (client) => client.disconnect())
  const queues = parts.use(createWorkQueues(connection))

  const members: FleetMember[] = []
  for (const [role, count] of Object.entries(crew)) {
    for (let number = 1; number <= count; number += 1) {
      const wires = {
        redis: parts.use(await startFaultProxy(redis.port)),
        api: parts.use(await startFaultProxy(tunnel.port)),
        store: place.port === undefined ? undefined : parts.use(await startFaultProxy(place.port)),
      }
      const config: Config = { ...base, redisUrl: `redis://127.0.0.1:${wires.redis.port}`, ...place.settings(wires.store?.port) }
      members.push(parts.use(new FleetMember({ role, number, folder, config, wires, now: chaosStart })))
    }
  }
  await Promise.all(members.map((member) => member.start()))
  const owned = parts.move()
  return {
    folder,
    lake,
    place,
    redis,
    queues,
    connection,
    simulator,
    members,
    siem,
    step: async (now) => {
      await simulator.advanceTo(now)
      await Promise.all(members.map((member) => member.step(now)))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function portOf(origin: string): number {
  return Number(new URL(origin).port)
}
