import type { Command } from 'commander'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { HoldOptions } from '../tenant/run-hold.ts'

export function addTenantHoldCommands(tenant: Command): void {
  const hold = tenant
    .command('hold')
    .description('put a tenant under legal hold: nothing of it is removed, whatever its retention')
    .argument('<guid>', 'tenant id')
    .requiredOption('--reason <text>', 'why; recorded in the history of the tenant')
  addRegistryOptions(hold, 'one JSON object').action(async (guid: string, options: HoldOptions) =>
    (await import('../tenant/run-hold.ts')).runHold(guid, options),
  )
  const release = tenant
    .command('release')
    .description('lift the legal hold of a tenant')
    .argument('<guid>', 'tenant id')
    .requiredOption('--reason <text>', 'why; recorded in the history of the tenant')
  addRegistryOptions(release, 'one JSON object').action(async (guid: string, options: HoldOptions) =>
    (await import('../tenant/run-hold.ts')).runRelease(guid, options),
  )
}
