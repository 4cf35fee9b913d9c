import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { SetExitCode } from '../run-command-line.ts'

const program = fileURLToPath(new URL('../../../simulator/src/main.ts', import.meta.url))

interface SimulatorOptions {
  readonly scenario: string
  readonly seed: string
  readonly port: string
  readonly dir?: string
  readonly speed: string
  readonly now?: boolean
  readonly delivered: readonly string[]
  readonly operation: readonly string[]
  readonly json?: boolean
  readonly faults?: boolean
}

export function addSimulatorCommand(command: Command, setExitCode: SetExitCode): void {
  command
    .command('simulator')
    .description("play Microsoft's token and activity endpoints with known truth and chosen faults, for any collector, and score it")
    .option('--scenario <hospital|file>', 'the built-in case, or a scenario in JSON', 'hospital')
    .option('--seed <text>', 'the same seed gives the same world and the same faults', '1')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', '0')
    .option('--dir <dir>', 'keep the certificate authority and the EmailEvents export there (default: a temporary folder)')
    .option('--speed <number>', 'simulated seconds in a real one; at 0 time moves only by PUT /sim/clock', '1')
    .option('--now', "move the scenario, so that its start is now; the records' own times stay")
    .option(
      '--delivered <path...>',
      'what the collector delivered, read at the end: .ndjson and .json files, also .gz, and folders of them',
      [],
    )
    .option('--operation <name...>', 'the operations whose records the score is about; all for every one', ['MailItemsAccessed'])
    .option('--json', 'a line of JSON when it listens and one with the score at the end; with --faults, the catalogue in JSON')
    .option('--faults', 'print the catalogue of faults and end')
    .addHelpText('after', helpText)
    .action(async (options: SimulatorOptions) => setExitCode(await runSimulator(options)))
}

/** Runs it as a process of its own, which ends with this one, and returns its exit code. */
async function runSimulator({ dir, ...options }: SimulatorOptions): Promise<number> {
  const folder = dir ?? (await mkdtemp(join(tmpdir(), 'mailtrail-simulator-')))
  const args = ['--conditions=@mailtrail/source', program, '--dir', folder, '--stdin-lifeline', ...argumentsOf(options)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'inherit'] })
  const end = (): void => {
    child.kill('SIGTERM')
  }
  process.on('SIGINT', end).on('SIGTERM', end)
  try {
    const [code] = await once(child, 'exit')
    return typeof code === 'number' ? code : 1
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end)
    if (dir === undefined) await rm(folder, { recursive: true, force: true })
  }
}

function argumentsOf({ scenario, seed, port, speed, now, delivered, operation, json, faults }: SimulatorOptions): string[] {
  return [
    ...['--scenario', scenario, '--seed', seed, '--port', port, '--speed', speed],
    ...(now ? ['--now'] : []),
    ...delivered.flatMap((path) => ['--delivered', path]),
    ...operation.flatMap((name) => ['--operation', name]),
    json ? '--json' : '--text',
    ...(faults ? ['--faults'] : []),
  ]
}

const helpText = `
Point a collector at the address it prints: login host, API root and resource are the same, and its certificate comes from the authority in
the file it names. Ctrl-C (SIGINT, SIGTERM) ends it and prints the score: of the records, what was delivered, missing, duplicated and altered;
of the calls, tokens leaked, calls over budget, calls without PublisherIdentifier, listings beyond 24 hours and hasty starts.

A collector's records are told by --delivered, or while it runs:
  POST    /sim/delivered  a JSON array of records, or one record a line
  GET     /sim/score      the score so far
  GET/PUT /sim/clock      simulated time, {"now": "2024-03-11T01:00:00Z"}; it only moves forward
  GET     /sim/truth      what there is to be collected by now
  GET     /sim/metrics    what clients did

A scenario names its tenants, contents and faults, such as {"fault": "af429-in-403", "times": 3}. docs/simulator.md has a whole one.
Exit code 2: wrong usage, or a scenario that cannot be played.`
