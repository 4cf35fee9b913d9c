import { Command, InvalidArgumentError } from 'commander'

/** The command line, parsed. */
export interface CommandOptions {
  readonly scenario: string
  readonly seed: string
  readonly port: number
  readonly dir: string
  readonly stdinLifeline: boolean
}

/** Reads the command line; prints help or a usage error and exits 2 on a wrong one. */
export function parseOptions(argv: readonly string[]): CommandOptions {
  return createCommand().parse(argv).opts<CommandOptions>()
}

function createCommand(): Command {
  return new Command('simulator')
    .description("Plays Microsoft's token and Office 365 Management Activity API endpoints, and a SIEM, with known truth.")
    .requiredOption('--scenario <hospital|file>', 'the built-in case, or a scenario file in JSON')
    .requiredOption('--dir <dir>', "folder for the certificate authority's ca.pem and the email-events export; created if missing")
    .option('--seed <text>', 'the same seed gives the same world', '1')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', parsePort, 0)
    .option('--stdin-lifeline', 'end when standard input closes, so as not to outlive the parent process', false)
    .addHelpText('after', helpText)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A whole number from 0 to 65535 is needed.')
  return port
}

const helpText = `
Prints one line of JSON on standard output once it listens: its origin, the file of its certificate authority, the SIEM's address and
secret, and the tenants with their credentials. Ends on SIGTERM and SIGINT. Exit code 2: wrong usage, or a scenario that cannot be played.

  GET/PUT /sim/clock     simulated time; it only moves forward
  GET     /sim/truth     the records and contents that are listable by now, and the true answer of the case
  GET     /sim/metrics   what clients did
  GET     /sim/siem      what the SIEM took

Example:
  simulator --scenario hospital --seed 1 --dir /tmp/simulator`
