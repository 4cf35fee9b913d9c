import type { Command } from 'commander'
import type { HeadOptions } from '../evidence/run-head.ts'
import type { VerifyOptions } from '../evidence/run-verify.ts'
import type { SetExitCode } from '../run-command-line.ts'

/** What a command does is loaded when it runs, so that the others start fast. */
export function addEvidenceCommand(program: Command, setExitCode: SetExitCode): void {
  const evidence = program
    .command('evidence')
    .description('tell whether the lake is what was recorded, and what has to be kept outside of it for that')
  evidence
    .command('verify')
    .description('compare a lake with its ledger, folds and tombstones; exit code 1 when anything is not as it was recorded')
    .option('--tenant <guid>', 'tenant id')
    .option('--all', 'all tenants instead')
    .option('--from <time>', 'from this UTC day of the ledger on; objects that nothing names are looked for only without --from and --to')
    .option('--to <time>', 'up to before this time')
    .option(
      '--head <digest or file>',
      'what was published: a digest, or a file with what evidence head --json printed or with lines of the log',
    )
    .option('--lake <location>', 'where the tenants are registered (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object')
    .action(async (options: VerifyOptions, command: Command) => {
      requireTenants(options, command)
      if (options.all && /^[0-9a-f]{64}$/.test(options.head ?? ''))
        command.error("error: a digest is of one tenant: use '--tenant <guid>', or a file")
      await (await import('../evidence/run-verify.ts')).runVerify(options, setExitCode)
    })
  evidence
    .command('head')
    .description('print the newest digest of each ledger, which vouches for all that was folded before it: keep it outside the lake')
    .option('--tenant <guid>', 'tenant id')
    .option('--all', 'all tenants instead')
    .option('--lake <location>', 'where the tenants are registered (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object, to be given to evidence verify --head')
    .action(async (options: HeadOptions, command: Command) => {
      requireTenants(options, command)
      await (await import('../evidence/run-head.ts')).runHead(options, setExitCode)
    })
}

function requireTenants({ tenant, all }: { readonly tenant?: string; readonly all?: boolean }, command: Command): void {
  if ((tenant === undefined) === (all !== true)) command.error("error: needs '--tenant <guid>' or '--all'")
}
