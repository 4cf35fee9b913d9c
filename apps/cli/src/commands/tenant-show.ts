import type { Command } from 'commander'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { ShowOptions } from '../tenant/run-show.ts'

export function addTenantShowCommand(tenant: Command): void {
  const show = tenant.command('show').description('show one tenant and its dated history').argument('<guid>', 'tenant id')
  addRegistryOptions(show, 'one JSON object').action(async (guid: string, options: ShowOptions) =>
    (await import('../tenant/run-show.ts')).runShow(guid, options),
  )
}
