import { loadConfig, runRole } from '@mailtrail/runtime'
import { Argument, type Command } from 'commander'
import { roles } from '../fleet.ts'

interface ServeOptions {
  readonly concurrency?: string
}

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run one role of a fleet until it is asked to end (SIGTERM), configured by environment and mailtrail.yaml')
    .addArgument(new Argument('<role>', 'which role').choices(Object.keys(roles)))
    .option('--concurrency <turns>', 'of a fetcher: turns in work at a time, each of four contents in flight')
    .addHelpText('after', helpText)
    .action(async (name: string, { concurrency }: ServeOptions, command: Command) => {
      if (concurrency !== undefined && name !== 'fetcher') command.error("error: option '--concurrency' is of a fetcher")
      const turnsAtOnce = concurrency === undefined ? undefined : Number(concurrency)
      const role = roles[name]
      if (role) await runRole(name, role, loadConfig({ turnsAtOnce }, process.env))
    })
}

const helpText = `
Each role needs MAILTRAIL_REDIS_URL, MAILTRAIL_LAKE and MAILTRAIL_PUBLISHER_ID, or redisUrl, lake and publisherId in the file that MAILTRAIL_CONFIG names;
a lister and a fetcher also the app (app, or credentials of the tenants), a notifier destinations. All may run any number of times, on any machine; of
several schedulers one leads.
  MAILTRAIL_HEALTH_ADDRESS  where /livez, /readyz and /signals are answered, such as :8421 (default: nowhere)
  MAILTRAIL_DRAIN_SECONDS   how long it may take to end after SIGTERM (default: 25); then it exits with 1. A second signal ends it at once.
  MAILTRAIL_TURNS_AT_ONCE   as --concurrency (default: 4)
More: docs/operations.md`
