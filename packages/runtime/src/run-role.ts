import type { Logger } from 'pino'
import { type Clock, systemClock } from './clock.ts'
import { loadConfig } from './config.ts'
import type { Config } from './config-schema.ts'
import { createLogger } from './logger.ts'
import { termination } from './termination.ts'

export interface RoleResources {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
}

/** Starts one role of the fleet. Disposing it stops taking work, finishes or hands back what runs, and closes its connections. */
export type Role = (resources: RoleResources) => Promise<AsyncDisposable>

/** Runs a role as a process of its own: configured by environment and file, until it is asked to end. */
export async function runRole(name: string, role: Role): Promise<void> {
  const config = loadConfig({}, process.env)
  const log = createLogger(config.logLevel)
  await using _running = await role({ config, clock: systemClock, log })
  log.info({ event: 'role.started', role: name })
  const signal = await termination()
  log.info({ event: 'role.stopping', role: name, signal })
}
