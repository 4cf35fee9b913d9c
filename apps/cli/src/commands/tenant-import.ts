import type { Command } from 'commander'
import type { SetExitCode } from '../run-command-line.ts'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { ApplyOptions, ImportOptions } from '../tenant/run-import.ts'

const columns = `
Columns (the first is needed, the others where the fleet has no default): tenant_id, display_name, cloud, client_id, credential, publisher_id,
tags, lake, retention_days, content_types, destinations. Lists in a cell are separated by semicolons. What the list has no column for stays.
Exit code 3: some rows failed.`

export function addTenantImportCommands(tenant: Command, setExitCode: SetExitCode): void {
  const importCommand = tenant
    .command('import')
    .description('register or update every tenant of a list of clients (CSV); the outcome of each row goes into a file beside it')
    .argument('<csv>', 'list of clients, UTF-8 with a header')
    .option('--dry-run', 'write a plan beside the list and change nothing')
    .option('--no-backfill', 'leave out what Microsoft still lists from the 7 days before')
    .addHelpText('after', columns)
  addRegistryOptions(importCommand, 'one JSON object').action(async (file: string, options: ImportOptions) =>
    (await import('../tenant/run-import.ts')).runImport(file, options, setExitCode),
  )
  const apply = tenant
    .command('apply')
    .description('bring a plan about; rows that are done already are found done')
    .argument('<plan>', 'written by mailtrail tenant import --dry-run')
  addRegistryOptions(apply, 'one JSON object').action(async (file: string, options: ApplyOptions) =>
    (await import('../tenant/run-import.ts')).runApply(file, options, setExitCode),
  )
}
