import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Abortable, dayMs, hourMs, parseAddressRange, parseTenantId } from '@mailtrail/core'
import { type Answer, importEmailEvents } from '@mailtrail/investigation'
import { type ObjectStore, openLake, readLedger } from '@mailtrail/lake'
import { connectRedis, createWorkQueues } from '@mailtrail/queues'
import { type Config, createLogger, logFile, SimulatedClock } from '@mailtrail/runtime'
import { answerQuestion } from '../commands/investigate.ts'
import { startEmbeddedRedis } from '../embedded-redis.ts'
import { roles, startRoles } from '../fleet.ts'
import { compareAlerts, type DeliveredAlert, deliveredAlerts } from './compare-alerts.ts'
import { compareAnswer } from './compare-answer.ts'
import { compareLake } from './compare-lake.ts'
import { configureForSimulator, registerTenants } from './configure-for-simulator.ts'
import { runSimulatedTime } from './run-simulated-time.ts'
import { type SimulatorProcess, startSimulator } from './simulator-process.ts'
import { siemSchema, type TrueAnswer, truthSchema } from './truth.ts'

export interface HospitalCase {
  readonly answer: Answer
  readonly truth: TrueAnswer
  /** A line each; empty when the fleet told the truth. */
  readonly differences: readonly string[]
  readonly collected: Collected
  readonly alerts: readonly DeliveredAlert[]
  readonly elapsedMs: number
}

export interface Collected {
  readonly tenants: number
  readonly windows: number
  readonly contents: number
  readonly recordsSeen: number
  readonly recordsKept: number
}

export interface HospitalOptions extends Abortable {
  /** Holds the lake, Redis' data, the logs and the simulator's files. */
  readonly folder: string
  readonly onStage?: (text: string) => void
  readonly onTime?: (now: number) => void
}

const caseDays = 10
const stepMs = hourMs

/** Lives through ten simulated days of two tenants with the whole fleet, answers the case, and holds the answer against the truth. */
export async function runHospitalCase({ folder, onStage, onTime, signal }: HospitalOptions): Promise<HospitalCase> {
  const startedAt = performance.now()
  await mkdir(folder, { recursive: true })
  await using parts = new AsyncDisposableStack()
  onStage?.('Starting the simulator and Redis')
  const [simulator, redis] = await Promise.all([
    startSimulator('hospital', join(folder, 'simulator')),
    startEmbeddedRedis(join(folder, 'redis')),
  ])
  parts.use(redis)
  parts.use(simulator)
  const config = await configureForSimulator(simulator.announcement, { folder, redisUrl: redis.url })
  const lake = parts.use(await openLake(config.lake))
  const start = await simulator.now()
  await registerTenants(lake, simulator.announcement, { folder, now: start })

  onStage?.(`Collecting ${simulator.announcement.tenants.length} tenants for ${caseDays} simulated days`)
  await collect({ config, simulator, folder, start, onTime, signal })

  onStage?.('Importing EmailEvents')
  for (const { tenantId } of simulator.announcement.tenants) {
    const exported = join(simulator.announcement.emailEventsDir, 'insights-logs-advancedhunting-emailevents', `tenantId=${tenantId}`)
    await importEmailEvents(lake, parseTenantId(tenantId), exported, { signal })
  }
  onStage?.('Investigating')
  const result = await judge(lake, simulator)
  const collected = await countCollected(lake, simulator, start)
  return { ...result, collected, elapsedMs: Math.round(performance.now() - startedAt) }
}

interface Collection extends Abortable {
  readonly config: Config
  readonly simulator: SimulatorProcess
  readonly folder: string
  readonly start: number
  readonly onTime: ((now: number) => void) | undefined
}

async function collect({ config, simulator, folder, start, onTime, signal }: Collection): Promise<void> {
  await using parts = new AsyncDisposableStack()
  const clock = new SimulatedClock(start)
  const log = createLogger(config.logLevel, logFile(join(folder, 'fleet.log')))
  const redis = parts.adopt(await connectRedis(config.redisUrl), (connection) => connection.disconnect())
  const queues = parts.use(createWorkQueues(redis))
  parts.use(await startRoles(Object.keys(roles), { config, clock, log }))
  await runSimulatedTime({ clock, simulator, queues, until: start + caseDays * dayMs, stepMs, signal, ...(onTime && { onStep: onTime }) })
}

async function judge(
  lake: ObjectStore,
  simulator: SimulatorProcess,
): Promise<Pick<HospitalCase, 'answer' | 'truth' | 'differences' | 'alerts'>> {
  const truth = await simulator.read('/sim/truth', truthSchema)
  const siem = await simulator.read('/sim/siem', siemSchema)
  const { question, answer: trueAnswer, alerts = [] } = truth
  if (!question || !trueAnswer) throw new Error('The scenario has no question.')
  const answer = await answerQuestion(lake, {
    tenantId: parseTenantId(question.tenantId),
    from: Date.parse(question.from),
    to: Date.parse(question.to),
    ranges: question.ips.map(parseAddressRange),
    sessions: [],
    apps: [],
  })
  const differences = [
    ...(await compareLake(lake, truth)),
    ...compareAnswer(answer, trueAnswer),
    ...compareAlerts(siem, alerts),
    ...unsettled(answer),
  ]
  return { answer, truth: trueAnswer, differences, alerts: deliveredAlerts(siem) }
}

/** After ten days every hour of the case is settled; what Exchange did not audit is the one exception. */
function unsettled({ coverage }: Answer): string[] {
  return coverage
    .filter(({ state }) => state !== 'settled')
    .map(({ from, to, state, cause }) => `coverage: ${from} to ${to} is ${state} (${cause})`)
}

async function countCollected(lake: ObjectStore, { announcement }: SimulatorProcess, start: number): Promise<Collected> {
  const counts = { tenants: announcement.tenants.length, windows: 0, contents: 0, recordsSeen: 0, recordsKept: 0 }
  for (const { tenantId } of announcement.tenants) {
    const entries = await readLedger(lake, parseTenantId(tenantId), { from: start, to: start + caseDays * dayMs })
    const stored = new Map(
      entries.flatMap(({ contents }) => contents.filter(({ outcome }) => outcome === 'stored').map((content) => [content.id, content])),
    )
    counts.windows += entries.filter(({ entry }) => entry === 'seal').length
    counts.contents += stored.size
    for (const { recordsSeen, recordsKept } of stored.values()) {
      counts.recordsSeen += recordsSeen
      counts.recordsKept += recordsKept
    }
  }
  return counts
}
