import { parseAddressRange, parseTenantId } from '@mailtrail/core'
import { type Answer, investigate, openEvidence, type Question, renderAnswer } from '@mailtrail/investigation'
import type { ObjectStore } from '@mailtrail/lake'
import { loadHorizonMs } from '@mailtrail/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import { type ReadCoverageOptions, readCoverage } from '../coverage/read-coverage.ts'
import { exitCodes } from '../exit-codes.ts'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { parseTime } from '../parse-time.ts'
import { printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from '../tenant/open-registry.ts'

interface InvestigateOptions {
  readonly tenant: string
  readonly mailbox?: string
  readonly from: string
  readonly to: string
  readonly ip: string[]
  readonly session: string[]
  readonly app: string[]
  readonly allowProvisional?: boolean
  readonly limit: number
  readonly lake?: string
  readonly json?: boolean
}

const collect = (value: string, values: string[]): string[] => [...values, value]

export function addInvestigateCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('investigate')
    .description('tell which emails an intruder could have read, as an interval, and how complete the record is')
    .requiredOption('--tenant <guid>', 'tenant id')
    .requiredOption('--from <time>', 'when the intruder may have come in, such as 2024-03-12T09:00Z')
    .requiredOption('--to <time>', 'when the intruder was surely out')
    .option('--mailbox <upn>', 'one mailbox (default: every mailbox of the tenant)')
    .option('--ip <range>', "the intruder's address or CIDR range; may be repeated", collect, [])
    .option('--session <id>', "the intruder's session id; may be repeated", collect, [])
    .option('--app <id>', "the intruder's application id; may be repeated", collect, [])
    .option('--allow-provisional', 'exit 0 if all that is missing is that late records may still come')
    .option('--limit <number>', 'messages printed for each mailbox', parseLimit, 20)
    .option('--lake <location>', 'where the evidence is (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object, with every message')
    .addHelpText('after', '\nExit code 6: answered, but not every asked hour of every mailbox is settled.')
    .action(async (options: InvestigateOptions) => {
      await using lake = await openRegistry(options.lake)
      const answer = await answerQuestion(lake, parseQuestion(options), { horizonMs: loadHorizonMs(process.env) })
      if (options.json) printJson(answer)
      else printData(renderAnswer(answer, { width: process.stdout.columns ?? 120, limit: options.limit }))
      const isEnough = answer.complete || (options.allowProvisional === true && answer.onlyProvisional)
      if (!isEnough) setExitCode(exitCodes.incomplete)
    })
}

/** The answer over the lake, with the coverage its ledger proves. */
export async function answerQuestion(fleetLake: ObjectStore, question: Question, options?: ReadCoverageOptions): Promise<Answer> {
  const coverage = await readCoverage(fleetLake, question.tenantId, question, options)
  await using lakes = openTenantLakes(fleetLake)
  await using evidence = await openEvidence(await lakes.open(question.tenantId), question.tenantId, question)
  for (const note of evidence.notes) say(note)
  return await investigate(evidence, question, coverage)
}

function parseLimit(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A whole number is needed.')
}

function parseQuestion({ tenant, mailbox, from, to, ip, session, app }: InvestigateOptions): Question {
  return {
    tenantId: parseTenantId(tenant),
    from: parseTime(from),
    to: parseTime(to),
    ranges: ip.map(parseAddressRange),
    sessions: session,
    apps: app,
    ...(mailbox !== undefined && { mailbox }),
  }
}
