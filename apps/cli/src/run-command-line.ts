import { MailtrailError } from '@mailtrail/core'
import { Command, CommanderError } from 'commander'
import { addBackfillCommand } from './commands/backfill.ts'
import { addBenchCommand } from './commands/bench.ts'
import { addCoverageCommand } from './commands/coverage.ts'
import { addDemoCommand } from './commands/demo.ts'
import { addDlqCommand } from './commands/dlq.ts'
import { addEvidenceCommand } from './commands/evidence.ts'
import { addImportCommand } from './commands/import.ts'
import { addInvestigateCommand } from './commands/investigate.ts'
import { addSecretCommand } from './commands/secret.ts'
import { addServeCommand } from './commands/serve.ts'
import { addSimulatorCommand } from './commands/simulator.ts'
import { addTenantCommand } from './commands/tenant.ts'
import { addUpCommand } from './commands/up.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'

/** How a command tells its exit code when it is not 0. */
export type SetExitCode = (code: number) => void

/** Runs one command and returns the exit code. Data goes to stdout, talk to stderr. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok
  try {
    await createProgram((code) => {
      exitCode = code
    }).parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    const text =
      error instanceof MailtrailError
        ? `${error.message} [${error.code}]`
        : `Unexpected: ${error instanceof Error ? error.stack : String(error)}`
    process.stderr.write(`mailtrail: ${text}\n`)
    return exitCodeOf(error)
  }
}

function createProgram(setExitCode: SetExitCode): Command {
  const program = new Command('mailtrail')
    .description(
      'Collects the mail accesses that Microsoft 365 logs of many tenants, and tells which emails an intruder could have read and how complete that answer is.',
    )
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Run mailtrail --help for what there is.')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', helpText)
  addDemoCommand(program, setExitCode)
  program
    .command('test')
    .description('run everything CI runs (from the launcher, ./mailtrail test)')
    .action(() => {
      throw new MailtrailError('TEST_NEEDS_LAUNCHER', 'Run the tests with ./mailtrail test, without further arguments.')
    })
  addUpCommand(program)
  addServeCommand(program)
  addTenantCommand(program, setExitCode)
  addBackfillCommand(program)
  addSecretCommand(program)
  addImportCommand(program, setExitCode)
  addCoverageCommand(program, setExitCode)
  addInvestigateCommand(program, setExitCode)
  addEvidenceCommand(program, setExitCode)
  addDlqCommand(program, setExitCode)
  addSimulatorCommand(program, setExitCode)
  addBenchCommand(program, setExitCode)
  return program
}

const helpText = `
Exit codes: 0 ok, 1 error, 2 usage, 3 partly done, 4 login or consent, 5 try later, 6 answered, but coverage is incomplete.
Environment: MAILTRAIL_REDIS_URL, MAILTRAIL_LAKE, MAILTRAIL_PUBLISHER_ID, MAILTRAIL_CONFIG (mailtrail.yaml),
  MAILTRAIL_HORIZON_HOURS, MAILTRAIL_LOG_LEVEL, MAILTRAIL_JOB_LOCK_MS, MAILTRAIL_INSECURE_REDIS,
  MAILTRAIL_REDIS_CA_FILE, MAILTRAIL_REDIS_PASSWORD, MAILTRAIL_REDIS_SENTINEL_PASSWORD,
  MAILTRAIL_HEALTH_ADDRESS, MAILTRAIL_DRAIN_SECONDS, MAILTRAIL_TURNS_AT_ONCE.

First: mailtrail demo`
