import { type Command, InvalidArgumentError } from 'commander'
import type { SetExitCode } from '../run-command-line.ts'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { ListOptions } from '../tenant/run-list.ts'

export function addTenantListCommand(tenant: Command, setExitCode: SetExitCode): void {
  const list = tenant
    .command('list')
    .description('list the registered tenants: id, state, cloud, name, tags')
    .option('--tag <text>', 'only those with this tag')
    .option('--limit <number>', 'so many at most (default: all)', parseNumber)
    .option('--offset <number>', 'leave out so many', parseNumber, 0)
  addRegistryOptions(list, 'one JSON array').action(async (options: ListOptions) =>
    (await import('../tenant/run-list.ts')).runList(options, setExitCode),
  )
}

function parseNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A whole number is needed.')
}
