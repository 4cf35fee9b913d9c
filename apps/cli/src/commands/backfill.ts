import type { Command } from 'commander'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { BackfillOptions } from '../tenant/run-backfill.ts'

export function addBackfillCommand(program: Command): void {
  const backfill = program
    .command('backfill')
    .description('collect what Microsoft still lists of a time that was not collected, such as before a tenant was added')
    .requiredOption('--tenant <guid>', 'tenant id')
    .requiredOption('--from <time>', 'when it became available, such as 2024-03-12T09:00Z; 7 days back at most')
    .option('--to <time>', 'the time after (default: now)')
    .option('--priority', 'before everything else of the tenant: somebody waits for it')
  addRegistryOptions(backfill, 'one JSON object').action(async (options: BackfillOptions) =>
    (await import('../tenant/run-backfill.ts')).runBackfill(options),
  )
}
