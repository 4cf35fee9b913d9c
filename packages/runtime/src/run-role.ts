import type { Logger } from 'pino'
import { answerProbe, type ProbedRole } from './answer-probe.ts'
import { type Clock, systemClock } from './clock.ts'
import { loadConfig } from './config.ts'
import type { Config } from './config-schema.ts'
import { createLogger } from './logger.ts'
import type { RunningRole } from './role-health.ts'
import { serveProbes } from './serve-probes.ts'
import { termination } from './termination.ts'

export interface RoleResources {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
}

/** Starts one role of the fleet. */
export type Role = (resources: RoleResources) => Promise<RunningRole>

/** Of the time that a process has to drain, what running work may take to end by itself, in milliseconds; in the rest it is handed back. */
export function finishMs({ drainSeconds }: Pick<Config, 'drainSeconds'>): number {
  return 0.8 * drainSeconds * 1_000
}

/**
 * Runs a role as a process of its own until it is asked to end, and answers probes. One that has not drained `drainSeconds` after it was asked exits at
 * once, with 1.
 *
 * @param clock - another than the machine's for tests of a fleet of processes in simulated time
 */
export async function runRole(
  name: string,
  role: Role,
  config: Config = loadConfig({}, process.env),
  clock: Clock = systemClock,
): Promise<void> {
  const log = createLogger(config.logLevel)
  const asked = termination()
  let probed: ProbedRole = { role: name, phase: 'starting', health: undefined }
  // What starts has taken nothing yet that another would not take over.
  void asked.then(() => {
    if (probed.phase === 'starting') process.exit(0)
  })
  const { healthAddress } = config
  await using probes = healthAddress === undefined ? undefined : await serveProbes(healthAddress, (path) => answerProbe(path, probed))
  const running = await role({ config, clock, log })
  probed = { role: name, phase: 'running', health: running.health }
  log.info({ event: 'role.started', role: name, ...(probes && { healthPort: probes.port }) })

  const signal = await asked
  probed = { ...probed, phase: 'draining' }
  log.info({ event: 'role.stopping', role: name, signal })
  // Left armed: what still holds the process then must not hold it for ever.
  setTimeout(() => cutOff(name, config, log), config.drainSeconds * 1_000).unref()
  await running[Symbol.asyncDispose]()
  log.info({ event: 'role.stopped', role: name })
}

function cutOff(role: string, { drainSeconds }: Config, log: Logger): never {
  log.error({ event: 'role.cut_off', role, drainSeconds })
  process.exit(1)
}
