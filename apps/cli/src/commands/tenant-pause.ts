import type { Command } from 'commander'
import { addRegistryOptions } from '../tenant/field-options.ts'
import type { PauseOptions, ResumeOptions } from '../tenant/run-pause.ts'

export function addTenantPauseCommands(tenant: Command): void {
  const pause = tenant
    .command('pause')
    .description('collect no window that begins from now on; what is not collected within 7 days is lost for ever')
    .argument('<guid>', 'tenant id')
    .option('--yes', 'ask nothing')
  addRegistryOptions(pause, 'one JSON object').action(async (guid: string, options: PauseOptions) =>
    (await import('../tenant/run-pause.ts')).runPause(guid, options),
  )
  const resume = tenant
    .command('resume')
    .description('collect a paused tenant again')
    .argument('<guid>', 'tenant id')
    .option('--no-backfill', 'leave out what Microsoft still lists from the pause')
  addRegistryOptions(resume, 'one JSON object').action(async (guid: string, options: ResumeOptions) =>
    (await import('../tenant/run-pause.ts')).runResume(guid, options),
  )
}
