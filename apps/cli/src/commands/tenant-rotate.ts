import type { Command } from 'commander'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { RotateOptions } from '../tenant/run-rotate.ts'

export function addTenantRotateCommand(tenant: Command): void {
  const rotate = tenant
    .command('rotate')
    .description('put a new credential before the present one; both are in use until the old one is dropped')
    .argument('<guid>', 'tenant id')
    .option('--credential <reference>', 'where the new secret or certificate is')
    .option('--drop-old', 'keep only the newest')
  addRegistryOptions(rotate, 'one JSON object').action(async (guid: string, options: RotateOptions, command: Command) => {
    if (options.credential === undefined && !options.dropOld) command.error('error: give --credential, --drop-old, or both')
    await (await import('../tenant/run-rotate.ts')).runRotate(guid, options)
  })
}
