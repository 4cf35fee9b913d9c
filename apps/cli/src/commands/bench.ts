import type { Command } from 'commander'
import type { Measure } from '../bench/bench-result.ts'
import { exitCodes } from '../exit-codes.ts'
import { createProgress, printData, printJson } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'

interface Benchmark {
  readonly name: string
  readonly description: string
  readonly load: () => Promise<readonly Measure[]>
}

const benches: readonly Benchmark[] = [
  {
    name: 'lake',
    description:
      'how fast a question is answered over a large lake, and what keeping the lake costs (about ten minutes, some GB in the temporary folder)',
    load: async () => (await import('../bench/lake-bench.ts')).lakeBench,
  },
  {
    name: 'select',
    description: 'how fast the kept records are picked out of what the service sends, against parsing all of it (about 20 seconds)',
    load: async () => (await import('../bench/select-bench.ts')).selectBench,
  },
  {
    name: 'fetch',
    description:
      'how fast contents get from the service into the lake, and what memory that takes, whatever their size (about five minutes)',
    load: async () => (await import('../bench/fetch-bench.ts')).fetchBench,
  },
  {
    name: 'talk',
    description: 'a backlog of contents, against a function that asks for all at once, parses whole and posts whole (about ten minutes)',
    load: async () => (await import('../bench/talk-bench.ts')).talkBench,
  },
  {
    name: 'fairness',
    description: 'what a tenant with very much waiting costs the others, and what being fair costs (about three minutes)',
    load: async () => (await import('../bench/fairness-bench.ts')).fairnessBench,
  },
  {
    name: 'fleet',
    description:
      "what a content costs Redis, and how soon 1,000 simulated tenants' contents are stored, in real time (about twenty minutes, some hundred MB in the temporary folder)",
    load: async () => (await import('../bench/fleet-bench.ts')).fleetBench,
  },
]

export function addBenchCommand(program: Command, setExitCode: SetExitCode): void {
  const bench = program.command('bench').description('measure this machine against what Mailtrail promises')
  for (const { name, description, load } of benches) {
    bench
      .command(name)
      .description(description)
      .option('--json', 'one JSON object: bench, machine, results')
      .addHelpText('after', '\nExit code 1 when a goal is missed.')
      .action(async ({ json }: { json?: boolean }) => {
        const { renderBench, runBench } = await import('../bench/run-bench.ts')
        const progress = createProgress(1)
        const result = await runBench(name, await load(), (text) => progress.update(text)).finally(() => progress.end())
        if (json) printJson(result)
        else printData(renderBench(result))
        if (!result.results.every(({ holds }) => holds)) setExitCode(exitCodes.error)
      })
  }
}
