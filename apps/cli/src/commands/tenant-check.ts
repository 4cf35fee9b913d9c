import type { Command } from 'commander'
import type { SetExitCode } from '../run-command-line.ts'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { CheckOptions } from '../tenant/run-check.ts'

export function addTenantCheckCommand(tenant: Command, setExitCode: SetExitCode): void {
  const check = tenant
    .command('check')
    .description('look at everything the collection of a tenant rests on, and keep what was seen as evidence')
    .argument('[guid]', 'tenant id')
    .option('--all', 'every tenant that is registered and not removed')
    .option('--tag <text>', 'with --all: only those with this tag')
    .option('--failed', 'with --all: print only those with something to do')
    .option('--last', 'show the last check; nobody is asked')
    .option('--start', 'start the subscription if it is not enabled; nothing else is changed at the service')
  addRegistryOptions(check, 'one JSON object; with --all one a line, as they come').action(
    async (guid: string | undefined, options: CheckOptions, command: Command) => {
      if ((guid === undefined) !== (options.all === true)) command.error('error: name one tenant, or --all')
      if (guid !== undefined && (options.tag !== undefined || options.failed)) command.error('error: --tag and --failed go with --all')
      setExitCode(await (await import('../tenant/run-check.ts')).runCheck(guid, options))
    },
  )
}
