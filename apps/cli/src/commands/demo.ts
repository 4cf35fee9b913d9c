import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isoSeconds } from '@mailtrail/core'
import { renderAnswer } from '@mailtrail/investigation'
import type { Command } from 'commander'
import { type HospitalCase, runHospitalCase } from '../demo/hospital-case.ts'
import { exitCodes } from '../exit-codes.ts'
import { createProgress, printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'

export function addDemoCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('demo')
    .description('the main job end to end on this machine: a simulated hospital is broken into; which emails could the intruder have read?')
    .option('--keep <dir>', 'leave lake, ledger, Redis data and logs in an empty or new folder')
    .option('--json', 'one JSON object: answer, truth, differences, collected, alerts, elapsedMs')
    .addHelpText('after', "\nExit code 1 when the answer differs from the simulator's truth.")
    .action(async ({ keep, json }: { keep?: string; json?: boolean }) => {
      const folder = keep === undefined ? await mkdtemp(join(tmpdir(), 'mailtrail-demo-')) : resolve(keep)
      const progress = createProgress(48)
      try {
        const onStage = (text: string): void => {
          progress.end()
          say(text)
        }
        const result = await runHospitalCase({ folder, onStage, onTime: (now) => progress.update(`  ${isoSeconds(now)}`) })
        if (json) printJson(result)
        else printData(renderCase(result))
        if (keep !== undefined) say(`Lake, ledger and logs are in ${folder}.`)
        if (result.differences.length > 0) setExitCode(exitCodes.error)
      } finally {
        progress.end()
        if (keep === undefined) await rm(folder, { recursive: true, force: true })
      }
    })
}

function renderCase({ answer, differences, collected, alerts, elapsedMs }: HospitalCase): string {
  const { tenants, windows, contents, recordsSeen, recordsKept } = collected
  const alertLines = alerts.map(({ type, mailboxGuid, id }) => `  ${type}${mailboxGuid ? `  mailbox ${mailboxGuid}` : ''}  alert ${id}`)
  return [
    renderAnswer(answer, { width: process.stdout.columns ?? 120, limit: 10 }),
    'Alerts that reached the SIEM, each validly signed:',
    ...alertLines,
    '',
    `Collected: ${tenants} tenants, ${windows} windows, ${contents} contents, ${recordsSeen} records seen, ${recordsKept} kept, in ${Math.round(elapsedMs / 1_000)} s.`,
    differences.length === 0
      ? "The answer, the lake and the alerts equal the simulator's truth."
      : `DIFFERENCES from the simulator's truth:\n  ${differences.slice(0, 50).join('\n  ')}`,
  ].join('\n')
}
