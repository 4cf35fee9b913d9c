import type { Command } from 'commander'
import { addFieldOptions, addRegistryOptions, collect } from '../tenant/field-options.ts'
import type { UpdateOptions } from '../tenant/run-update.ts'

export function addTenantUpdateCommand(tenant: Command): void {
  const update = tenant
    .command('update')
    .description('change what is named of a tenant, and leave the rest; the value "none" takes an optional field away')
    .argument('<guid>', 'tenant id')
    .option('--name <text>', 'display name')
  addRegistryOptions(addFieldOptions(update), 'one JSON object')
    .option('--untag <text>', 'take a tag away; may be repeated', collect)
    .action(async (guid: string, options: UpdateOptions) => (await import('../tenant/run-update.ts')).runUpdate(guid, options))
}
