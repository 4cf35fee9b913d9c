import { hourMs, isoSeconds, parseTenantId } from '@mailtrail/core'
import { loadHorizonMs } from '@mailtrail/runtime'
import { type Command, Option } from 'commander'
import { answerCoverage, askedCoverage } from '../coverage/answer-coverage.ts'
import { coverageJson, renderCoverage } from '../coverage/render-coverage.ts'
import { runSurvey } from '../coverage/run-survey.ts'
import { exitCodes } from '../exit-codes.ts'
import { parseTime } from '../parse-time.ts'
import { printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from '../tenant/open-registry.ts'

interface CoverageOptions {
  readonly tenant?: string
  readonly all?: boolean
  readonly mailbox?: string
  readonly from?: string
  readonly to?: string
  readonly lake?: string
  readonly json?: boolean
}

export function addCoverageCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('coverage')
    .description('tell how complete the record of a time is, by hours of event time; exit code 6 unless all of it is settled')
    .option('--tenant <guid>', 'tenant id; with --from and --to')
    .option('--from <time>', 'such as 2024-03-12T09:00Z')
    .option('--to <time>', 'the time after the last one asked for')
    .addOption(
      new Option('--all', 'whole days of all tenants instead, from summaries: the last 30 unless --from and --to say otherwise').conflicts([
        'tenant',
        'mailbox',
      ]),
    )
    .option('--mailbox <name>', 'one mailbox, by UPN or GUID: also where it was throttled, and where nothing shows that it was audited')
    .option('--lake <location>', 'where the ledger is (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object')
    .action(async (options: CoverageOptions, command: Command) => {
      if (options.all) return runSurvey(options, setExitCode)
      const { tenant, mailbox, from, to, lake: location, json } = options
      if (!tenant || !from || !to) return command.error("error: needs '--tenant <guid>', '--from <time>' and '--to <time>', or --all")
      const range = { from: parseTime(from), to: parseTime(to) }
      await using lake = await openRegistry(location)
      const question = { tenantId: parseTenantId(tenant), mailbox, ...range, horizonMs: loadHorizonMs(process.env) }
      const answer = await answerCoverage(lake, question)
      say(
        answer.asOf === undefined
          ? 'Nothing was listed yet.'
          : `As of ${isoSeconds(answer.asOf)}, the last listing; what is later is not listed yet. Late records are waited for ${answer.horizonMs / hourMs} hours.`,
      )
      if (json) printJson(coverageJson(answer))
      else printData(renderCoverage(answer, terminal()))
      const isSettled = askedCoverage(answer).every((coverage) => coverage.every(({ state }) => state === 'settled'))
      if (!isSettled) setExitCode(exitCodes.incomplete)
    })
}

/** @see https://no-color.org */
function terminal(): { columns: number; withColor: boolean } | undefined {
  if (!process.stdout.isTTY) return undefined
  return { columns: process.stdout.columns ?? 80, withColor: (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb' }
}
