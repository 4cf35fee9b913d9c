import type { Command } from 'commander'
import { lakeBench } from '../bench/lake-bench.ts'
import { renderBench, runBench } from '../bench/run-bench.ts'
import { exitCodes } from '../exit-codes.ts'
import { createProgress, printData, printJson } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'

export function addBenchCommand(program: Command, setExitCode: SetExitCode): void {
  const bench = program.command('bench').description('measure this machine against what Mailtrail promises')
  bench
    .command('lake')
    .description(
      'how fast a question is answered over a large lake, and what keeping the lake costs (about ten minutes, some GB in the temporary folder)',
    )
    .option('--json', 'one JSON object: bench, machine, results')
    .addHelpText('after', '\nExit code 1 when a goal is missed.')
    .action(async ({ json }: { json?: boolean }) => {
      const progress = createProgress(1)
      const result = await runBench('lake', lakeBench, (text) => progress.update(text)).finally(() => progress.end())
      if (json) printJson(result)
      else printData(renderBench(result))
      if (!result.results.every(({ holds }) => holds)) setExitCode(exitCodes.error)
    })
}
