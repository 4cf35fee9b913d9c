import { hourMs, isoSeconds, parseTenantId } from '@mailtrail/core'
import { loadHorizonMs } from '@mailtrail/runtime'
import type { Command } from 'commander'
import { answerCoverage, askedCoverage } from '../coverage/answer-coverage.ts'
import { coverageJson, renderCoverage } from '../coverage/render-coverage.ts'
import { exitCodes } from '../exit-codes.ts'
import { parseTime } from '../parse-time.ts'
import { printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from '../tenant/open-registry.ts'

interface CoverageOptions {
  readonly tenant: string
  readonly mailbox?: string
  readonly from: string
  readonly to: string
  readonly lake?: string
  readonly json?: boolean
}

export function addCoverageCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('coverage')
    .description('tell how complete the record of a time is, by hours of event time; exit code 6 unless all of it is settled')
    .requiredOption('--tenant <guid>', 'tenant id')
    .requiredOption('--from <time>', 'such as 2024-03-12T09:00Z')
    .requiredOption('--to <time>', 'the time after the last one asked for')
    .option('--mailbox <name>', 'one mailbox, by UPN or GUID: also where it was throttled, and where nothing shows that it was audited')
    .option('--lake <location>', 'where the ledger is (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object')
    .action(async ({ tenant, mailbox, from, to, lake: location, json }: CoverageOptions) => {
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
