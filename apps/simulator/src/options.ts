import { Command, InvalidArgumentError } from 'commander'
import { mailOperation } from './record-digest.ts'

/** The command line of a run, parsed. */
export interface RunOptions {
  readonly scenario: string
  readonly seed: string
  readonly port: number
  readonly dir: string
  readonly speed: number
  readonly now: boolean
  readonly stdinLifeline: boolean
  readonly text: boolean
  readonly json: boolean
  readonly delivered: readonly string[]
  readonly operation: readonly string[]
}

/** Reads the command line; prints help or a usage error and exits 2 on a wrong one. */
export function parseOptions(argv: readonly string[]): RunOptions & { readonly faults: boolean } {
  const command = createCommand().parse(argv)
  const options = command.opts<RunOptions & { readonly faults: boolean }>()
  for (const name of ['scenario', 'dir'] as const)
    if (!options.faults && options[name] === undefined) command.error(`error: required option '--${name}' not specified`)
  return options
}

function createCommand(): Command {
  return new Command('simulator')
    .description("Plays Microsoft's token and Office 365 Management Activity API endpoints, and a SIEM, with known truth.")
    .option('--scenario <hospital|file>', 'the built-in case, or a scenario file in JSON')
    .option('--dir <dir>', "folder for the certificate authority's ca.pem and the email-events export; created if missing")
    .option('--seed <text>', 'the same seed gives the same world', '1')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', parsePort, 0)
    .option('--speed <number>', 'simulated seconds in a real one; at 0 time moves only by PUT /sim/clock', parseSpeed, 0)
    .option('--now', "move all times of the scenario, so that its start is now; the records' own times stay", false)
    .option('--delivered <path...>', 'at the end, what the collector delivered: .ndjson and .json files, also .gz, and folders of them', [])
    .option('--operation <name...>', 'the operations whose records the score is about; all for every one', [mailOperation])
    .option('--json', 'print the score as a second line of JSON at the end; with --faults, print JSON', false)
    .option('--text', 'print all of it for people', false)
    .option('--faults', 'print the catalogue of faults and end', false)
    .option('--stdin-lifeline', 'end when standard input closes, so as not to outlive the parent process', false)
    .addHelpText('after', helpText)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A whole number from 0 to 65535 is needed.')
  return port
}

function parseSpeed(text: string): number {
  const speed = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('A number that is not negative is needed.')
  return speed
}

const helpText = `
Prints one line of JSON on standard output once it listens: its origin, the file of its certificate authority, the SIEM's address and
secret, and the tenants with their credentials. Ends on SIGTERM and SIGINT. Exit code 2: wrong usage, or a scenario that cannot be played.

  GET/PUT /sim/clock      simulated time; it only moves forward
  GET     /sim/truth      the records and contents that are listable by now, and the true answer of the case
  GET     /sim/metrics    what clients did
  GET     /sim/faults     the catalogue of faults
  POST    /sim/delivered  records that the collector delivered: a JSON array, or one a line
  GET     /sim/score      how well the collector did so far; ?operation=Send for records of another operation
  GET     /sim/siem       what the SIEM took

Example:
  simulator --scenario hospital --seed 1 --dir /tmp/simulator`
