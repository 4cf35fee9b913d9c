import { type CoverageInterval, isoSeconds, latestServiceDate, parseTenantId, tenantCoverage } from '@mailtrail/core'
import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { parseTime } from '../parse-time.ts'
import { printData, printJson, say } from '../print.ts'
import { readCoverageEvidence } from '../read-coverage.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from '../tenant/open-registry.ts'

interface CoverageOptions {
  readonly tenant: string
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
    .option('--lake <location>', 'where the ledger is (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON array of intervals')
    .action(async ({ tenant, from, to, lake: location, json }: CoverageOptions) => {
      const range = { from: parseTime(from), to: parseTime(to) }
      await using lake = await openRegistry(location)
      const tenantId = parseTenantId(tenant)
      const evidence = await readCoverageEvidence(lake, tenantId, range)
      const intervals = tenantCoverage(evidence, range)
      const present = latestServiceDate(evidence)
      say(
        present === undefined
          ? 'Nothing was listed yet.'
          : `As of ${isoSeconds(present)}, the last listing; what is later is not listed yet.`,
      )
      if (json) printJson(intervals.map((interval) => ({ ...interval, from: isoSeconds(interval.from), to: isoSeconds(interval.to) })))
      else printData(intervals.map(formatInterval).join('\n'))
      if (intervals.some(({ state }) => state !== 'settled')) setExitCode(exitCodes.incomplete)
    })
}

function formatInterval({ from, to, state, cause, recoverable }: CoverageInterval): string {
  const note = cause === undefined ? '' : `  ${cause}${recoverable ? '; can still be settled' : '; permanent'}`
  return `${isoSeconds(from)}  ${isoSeconds(to)}  ${state.padEnd(16)}${note}`.trimEnd()
}
