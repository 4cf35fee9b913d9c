import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Abortable, dayMs, hourMs, MailtrailError, parseAddressRange, parseTenantId } from '@mailtrail/core'
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
import { caseTruthSchema, siemSchema, type TrueAnswer, type TrueQuestion } from './truth.ts'

export interface HospitalCase {
  readonly answer: Answer
  readonly truth: TrueAnswer
  /** A line each; empty when the fleet told the truth. */
  readonly differences: readonly string[]
  readonly collected: Collected
  readonly alerts: readonly DeliveredAlert[]
  readonly elapsedMs: number
}

interface Collected {
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
/** Half as many listings as the default of 10 minutes, for a demo that does not take long. */
const windowMinutes = 20

/** Lives through ten simulated days of two tenants with the whole fleet, answers the case, and holds the answer against the truth. */
export async function runHospitalCase({ folder, onStage, onTime, signal }: HospitalOptions): Promise<HospitalCase> {
  const startedAt = performance.now()
  await refuseUsedFolder(folder)
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
  await registerTenants(lake, simulator.announcement, { folder, now: start, windowMinutes })

  onStage?.(`Collecting ${simulator.announcement.tenants.length} tenants for ${caseDays} simulated days`)
  await collect({ config, simulator, folder, start, onTime, signal })

  const truth = await simulator.read('/sim/truth', caseTruthSchema)
  onStage?.('Importing EmailEvents and investigating')
  const answer = await answerCase(lake, simulator, truth.question, signal)
  const siem = await simulator.read('/sim/siem', siemSchema)
  const differences = [
    ...(await compareLake(lake, truth)),
    ...compareAnswer(answer, truth.answer),
    ...compareAlerts(siem, truth.alerts),
    ...unsettled(answer),
  ]
  const collected = await countCollected(lake, simulator, start)
  const elapsedMs = Math.round(performance.now() - startedAt)
  return { answer, truth: truth.answer, differences, collected, alerts: deliveredAlerts(siem), elapsedMs }
}

async function refuseUsedFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length === 0) return
  throw new MailtrailError('DEMO_FOLDER_USED', `${folder} is not empty. Name a new folder, so that the demo starts from nothing.`)
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

async function answerCase(lake: ObjectStore, simulator: SimulatorProcess, question: TrueQuestion, signal?: AbortSignal): Promise<Answer> {
  const tenantId = parseTenantId(question.tenantId)
  const exported = join(simulator.announcement.emailEventsDir, 'insights-logs-advancedhunting-emailevents', `tenantId=${tenantId}`)
  await importEmailEvents(lake, tenantId, exported, { signal })
  return answerQuestion(lake, {
    tenantId,
    from: Date.parse(question.from),
    to: Date.parse(question.to),
    ranges: question.ips.map(parseAddressRange),
    sessions: [],
    apps: [],
  })
}

/** After ten days every hour of the case is settled for the tenant; what Exchange left out shows in the mailboxes. */
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
