import type { Command } from 'commander'
import type { Measure } from '../bench/bench-result.ts'
import { lakeBench } from '../bench/lake-bench.ts'
import { renderBench, runBench } from '../bench/run-bench.ts'
import { selectBench } from '../bench/select-bench.ts'
import { exitCodes } from '../exit-codes.ts'
import { createProgress, printData, printJson } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'

const benches: readonly { readonly name: string; readonly description: string; readonly measures: readonly Measure[] }[] = [
  {
    name: 'lake',
    description:
      'how fast a question is answered over a large lake, and what keeping the lake costs (about ten minutes, some GB in the temporary folder)',
    measures: lakeBench,
  },
  {
    name: 'select',
    description: 'how fast the kept records are picked out of what the service sends, against parsing all of it (about 20 seconds)',
    measures: selectBench,
  },
]

export function addBenchCommand(program: Command, setExitCode: SetExitCode): void {
  const bench = program.command('bench').description('measure this machine against what Mailtrail promises')
  for (const { name, description, measures } of benches) {
    bench
      .command(name)
      .description(description)
      .option('--json', 'one JSON object: bench, machine, results')
      .addHelpText('after', '\nExit code 1 when a goal is missed.')
      .action(async ({ json }: { json?: boolean }) => {
        const progress = createProgress(1)
        const result = await runBench(name, measures, (text) => progress.update(text)).finally(() => progress.end())
        if (json) printJson(result)
        else printData(renderBench(result))
        if (!result.results.every(({ holds }) => holds)) setExitCode(exitCodes.error)
      })
  }
}
