import { type Command, InvalidArgumentError } from 'commander'
import { addLetterOptions, isChosen, type LetterOptions } from '../dlq/letter-options.ts'
import type { DropOptions } from '../dlq/run-drop.ts'
import type { ReplayOptions } from '../dlq/run-replay.ts'
import type { SetExitCode } from '../run-command-line.ts'

export function addDlqCommand(program: Command, setExitCode: SetExitCode): void {
  const dlq = program.command('dlq').description('the dead letters: work that failed every time by its own fault, and what becomes of it')
  addLetterOptions(dlq.command('list').description('list dead letters'))
    .option('--json', 'one JSON object')
    .action(async (options: LetterOptions) => (await import('../dlq/run-list.ts')).runList(options, setExitCode))
  dlq
    .command('show')
    .description('show one dead letter with its errors, and what became of it')
    .argument('<id>', 'of the letter')
    .option('--tenant <guid>', 'of this tenant, which is found faster')
    .option('--lake <location>', 'where the tenants are registered (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object')
    .action(async (id: string, options: LetterOptions) => (await import('../dlq/run-list.ts')).runShow(id, options, setExitCode))
  addLetterOptions(dlq.command('replay').description('queue the work of dead letters again; done twice, it is queued once'))
    .argument('[id...]', 'of letters; else all that the filters leave')
    .option('--dry-run', 'say what would be queued, and change nothing')
    .option('--json', 'one JSON object')
    .action(async (ids: readonly string[], options: ReplayOptions, command: Command) => {
      if (!isChosen(ids, options)) command.error('error: name letters, or choose them by a filter such as --state open')
      await (await import('../dlq/run-replay.ts')).runReplay(ids, options, setExitCode)
    })
  dlq
    .command('drop')
    .description('give up the work of dead letters for good; a content becomes a gap that nothing closes')
    .argument('<id...>', 'of letters')
    .requiredOption('--reason <text>', 'why; recorded with who did it', parseReason)
    .option('--dry-run', 'say what would be dropped, and change nothing')
    .option('--tenant <guid>', 'of this tenant, which is found faster')
    .option('--lake <location>', 'where the tenants are registered (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object')
    .action(async (ids: readonly string[], options: DropOptions) => (await import('../dlq/run-drop.ts')).runDrop(ids, options, setExitCode))
}

function parseReason(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It says why.')
}
