import type { Command } from 'commander'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { RemoveOptions } from '../tenant/run-remove.ts'

export function addTenantRemoveCommand(tenant: Command): void {
  const remove = tenant
    .command('remove')
    .description('end the collection of a tenant for good, and report what is left; evidence, registration and history stay')
    .argument('<guid>', 'tenant id')
    .option('--yes', 'ask nothing')
  addRegistryOptions(remove, 'one JSON object').action(async (guid: string, options: RemoveOptions) =>
    (await import('../tenant/run-remove.ts')).runRemove(guid, options),
  )
}
