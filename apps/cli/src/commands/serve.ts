import { runRole } from '@mailtrail/runtime'
import { Argument, type Command } from 'commander'
import { roles } from '../fleet.ts'

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run one role of a fleet until it is asked to end (SIGTERM), configured by environment and mailtrail.yaml')
    .addArgument(new Argument('<role>', 'which role').choices(Object.keys(roles)))
    .action(async (name: string) => {
      const role = roles[name]
      if (role) await runRole(name, role)
    })
}
