import type { Command } from 'commander'
import type { SetExitCode } from '../run-command-line.ts'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { PurgeOptions } from '../tenant/run-purge.ts'

export function addTenantPurgeCommand(tenant: Command, setExitCode: SetExitCode): void {
  const purge = tenant
    .command('purge')
    .description('delete what was collected of a removed tenant, and report what is gone and what a lock of the store keeps')
    .argument('<guid>', 'tenant id')
    .requiredOption('--reason <text>', 'why; recorded in the tombstones and the report')
    .option('--dry-run', 'say what would be deleted, and change nothing')
    .option('--yes', 'ask nothing')
  addRegistryOptions(purge, 'one JSON object').action(async (guid: string, options: PurgeOptions) =>
    (await import('../tenant/run-purge.ts')).runPurge(guid, options, setExitCode),
  )
}
