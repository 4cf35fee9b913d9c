import { type Command, InvalidArgumentError } from 'commander'

/** The fields of a tenant as they are given on the command line; in an update, `none` takes one away. */
export interface FieldOptions {
  readonly name?: string
  readonly cloud?: string
  readonly clientId?: string
  readonly credential?: readonly string[]
  readonly publisherId?: string
  readonly tag?: readonly string[]
  /** All three at once. */
  readonly retentionDays?: number | 'none'
  readonly rawDays?: number | 'none'
  readonly itemsDays?: number | 'none'
  readonly emailEventsDays?: number | 'none'
  readonly destination?: readonly string[]
  readonly requestsPerMinute?: number | 'none'
  readonly contentType?: readonly string[]
  readonly windowMinutes?: number
}

/** The options that `tenant add` and `tenant update` share. */
export function addFieldOptions(command: Command): Command {
  return command
    .option('--cloud <name>', 'worldwide (the default), gcc, gcc-high, dod, china, or one named in mailtrail.yaml')
    .option('--client-id <guid>', 'app registration of its own (default: the fleet’s, app in mailtrail.yaml)')
    .option(
      '--credential <reference>',
      'where the secret or certificate of its own app is; see docs/tenants.md; two while one is replaced',
      collect,
    )
    .option('--publisher-id <guid>', 'whose request quota is used (default: the fleet’s)')
    .option('--tag <text>', 'may be repeated', collect)
    .option('--retention-days <number>', 'how long all of its evidence is kept (default: the fleet’s, or for ever)', parseCount)
    .option('--raw-days <number>', 'how long raw evidence is kept, at least as long as items', parseCount)
    .option('--items-days <number>', 'how long the items made from it are kept', parseCount)
    .option('--email-events-days <number>', 'how long imported EmailEvents are kept', parseCount)
    .option('--destination <name>', 'where its alerts go; may be repeated (default: to all)', collect)
    .option('--requests-per-minute <number>', 'asked of Microsoft at most (default: the fleet’s)', parseCount)
    .option('--content-type <name>', 'part of the feed to collect; may be repeated (default: Audit.Exchange)', collect)
    .option('--window-minutes <number>', 'length of a window: 5, 10 (the default), 15, 20, 30 or 60', parseWindowMinutes)
}

/** The options of every command about the registry. */
export function addRegistryOptions(command: Command, json: string): Command {
  return command.option('--lake <location>', 'where the registry is (default: MAILTRAIL_LAKE)').option('--json', json)
}

export function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value]
}

function parseCount(text: string): number | 'none' {
  if (text === 'none') return text
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A whole number from 1 is needed, or none.')
}

function parseWindowMinutes(text: string): number {
  const minutes = Number(text)
  if (![5, 10, 15, 20, 30, 60].includes(minutes)) throw new InvalidArgumentError('It is one of 5, 10, 15, 20, 30 and 60.')
  return minutes
}
