import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MailtrailError, minuteMs, parseTenantId } from '@mailtrail/core'
import { contentHash, contentHashOf, createFolderStore, rawPrefix } from '@mailtrail/lake'
import { createLogger, logFile, systemClock } from '@mailtrail/runtime'
import { z } from 'zod'
import { configureForSimulator, registerTenants } from '../../demo/configure-for-simulator.ts'
import { type SimulatorProcess, startSimulator } from '../../demo/simulator-process.ts'
import { startEmbeddedRedis } from '../../embedded-redis.ts'
import { roles, startRoles } from '../../fleet.ts'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { inSeconds } from '../timed.ts'
import { type LiveFeed, liveScenario } from './live-scenario.ts'

/** The open windows are looked into every two minutes. */
const peekMs = 2 * minuteMs
const goalMs = 2 * peekMs + 10_000
/** Longest wait for what is not stored; it counts as never. */
const patienceMs = 8 * minuteMs
const lookEveryMs = 15_000

/** How soon what the service makes available is in the lake: all roles in this process, the simulator as another, in real time. */
export async function measureLive({ folder, onStep, signal }: BenchPlace, feed: LiveFeed): Promise<BenchResult[]> {
  const { tenants, contentsEach, quietMinutes, minutes } = feed
  await using parts = new AsyncDisposableStack()
  onStep(`Starting ${tenants} tenants`)
  const scenario = join(folder, 'scenario.json')
  await writeFile(scenario, JSON.stringify(liveScenario(feed, Date.now())))
  const redis = parts.use(await startEmbeddedRedis(join(folder, 'redis')))
  const simulator = parts.use(await startSimulator(scenario, join(folder, 'simulator'), true))
  const startedAt = await simulator.now()
  const config = await configureForSimulator(simulator.announcement, { folder, redisUrl: redis.url })
  const root = join(folder, 'lake')
  await mkdir(root, { recursive: true })
  await registerTenants(createFolderStore(root), simulator.announcement, { folder, now: startedAt })
  const log = createLogger(config.logLevel, logFile(join(folder, 'fleet.log')))
  const cpuBefore = process.cpuUsage()
  parts.use(await startRoles(Object.keys(roles), { config: { ...config, requestsPerMinute: 2_000 }, clock: systemClock, log }))
  if ((await simulator.now()) > startedAt + quietMinutes * minuteMs)
    throw new MailtrailError(
      'BENCH_FAILED',
      `The fleet took longer than ${quietMinutes} minutes to start, so that contents were there before it.`,
    )

  const endsAt = startedAt + (quietMinutes + minutes) * minuteMs
  onStep(`Collecting until ${new Date(endsAt).toISOString().slice(11, 19)}, and what is still to come then`)
  await delay(endsAt - Date.now(), undefined, { signal })
  const total = tenants * contentsEach
  let waits = await storedAfter(root, simulator)
  while (waits.length < total && Date.now() < endsAt + patienceMs) {
    await delay(lookEveryMs, undefined, { signal })
    waits = await storedAfter(root, simulator)
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  const sorted = [...waits, ...Array(total - waits.length).fill(Number.POSITIVE_INFINITY)].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.ceil(share * total) - 1] ?? Number.NaN
  const told = { ratio: null, goal: null, holds: true }
  return [
    {
      name: `${total} contents of ${tenants} tenants live, from available to stored, p95`,
      ...{ ...inSeconds(at(0.95) / 1_000), ratio: null, goal: `<= ${goalMs / 1_000} s`, holds: at(0.95) <= goalMs },
    },
    { name: 'the same, median', ...inSeconds(at(0.5) / 1_000), ...told },
    { name: 'the same, all', ...inSeconds(at(1) / 1_000), ...told },
    { name: 'CPU time of the fleet a content', value: Math.round((user + system) / 1_000 / total), unit: 'ms', ...told },
  ]
}

const truthSchema = z.object({
  tenants: z.record(z.string(), z.object({ contents: z.array(z.object({ contentId: z.string(), listedFrom: z.string() })) })),
})

/** How long after each content was available its object got its name in the lake, in ms; of those that are there. */
async function storedAfter(root: string, simulator: SimulatorProcess): Promise<number[]> {
  const { tenants } = await simulator.read('/sim/truth', truthSchema)
  const lake = createFolderStore(root)
  const waits: number[] = []
  for (const [id, { contents }] of Object.entries(tenants)) {
    const availableAt = new Map(contents.map(({ contentId, listedFrom }) => [contentHash(contentId), Date.parse(listedFrom)]))
    for await (const key of lake.list(rawPrefix('MailItemsAccessed', parseTenantId(id)))) {
      const available = availableAt.get(contentHashOf(key) ?? '')
      if (available !== undefined) waits.push((await stat(join(root, key))).ctimeMs - available)
    }
  }
  return waits
}
