import { systemClock } from '@mailtrail/runtime'
import { exitCodes } from '../exit-codes.ts'
import { operatorName } from '../operator-name.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { dropLetter } from './drop-letter.ts'
import { type LetterOptions, letterFilter } from './letter-options.ts'
import { openLetters } from './open-letters.ts'
import { workThrough } from './work-through.ts'

export interface DropOptions extends Pick<LetterOptions, 'tenant' | 'lake' | 'json'> {
  readonly reason: string
  readonly dryRun?: boolean
}

export async function runDrop(ids: readonly string[], options: DropOptions, setExitCode: SetExitCode): Promise<void> {
  const { reason, dryRun = false, json = false } = options
  const drop = { at: systemClock.now(), by: operatorName(), reason }
  await openLetters(options.lake, letterFilter(ids, options, drop.at), async ({ letters, faults }) => {
    const settings = { label: 'Dropping', isDry: dryRun, json }
    const result = await workThrough(letters, settings, async (found) => {
      if (dryRun) return found.state === 'resolved' ? 'resolved' : 'dropped'
      return dropLetter(found, drop)
    })
    if (result.faults + faults > 0) setExitCode(exitCodes.partlyDone)
  })
}
