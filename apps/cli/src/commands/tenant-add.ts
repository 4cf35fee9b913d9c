import type { Command } from 'commander'
import { addFieldOptions, addRegistryOptions } from '../tenant/field-options.ts'
import type { AddOptions } from '../tenant/run-add.ts'

export function addTenantAddCommand(tenant: Command): void {
  const add = tenant
    .command('add')
    .description('register a tenant, or one that was removed again; collection begins with the window that holds this moment')
    .requiredOption('--tenant <guid>', "the client's tenant id")
    .requiredOption('--name <text>', 'display name')
  addRegistryOptions(addFieldOptions(add), 'one JSON object')
    .option(
      '--own-lake <location>',
      'where its evidence goes: file: and an absolute folder, s3://bucket/prefix or abfss://container@account/prefix; fixed from then on (default: the fleet’s lake)',
    )
    .option('--no-backfill', 'leave out what Microsoft still lists from the 7 days before')
    .action(async (options: AddOptions) => (await import('../tenant/run-add.ts')).runAdd(options))
}
