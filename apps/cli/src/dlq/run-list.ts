import { systemClock } from '@mailtrail/runtime'
import { exitCodes } from '../exit-codes.ts'
import { printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { type LetterOptions, letterFilter } from './letter-options.ts'
import { openLetters } from './open-letters.ts'
import { letterJson, letterRow, letterText } from './render-letter.ts'

export async function runList(options: LetterOptions, setExitCode: SetExitCode): Promise<void> {
  await openLetters(options.lake, letterFilter([], options, systemClock.now()), async ({ letters, faults }) => {
    if (options.json) printJson({ letters: letters.map(letterJson) })
    else for (const letter of letters) printData(letterRow(letter))
    say(letters.length === 1 ? '1 dead letter.' : `${letters.length} dead letters.`)
    if (faults > 0) setExitCode(exitCodes.partlyDone)
  })
}

export async function runShow(id: string, options: LetterOptions, setExitCode: SetExitCode): Promise<void> {
  await openLetters(options.lake, letterFilter([id], options, systemClock.now()), async ({ letters, faults }) => {
    for (const letter of letters) {
      if (options.json) printJson(letterJson(letter))
      else printData(letterText(letter))
    }
    if (faults > 0) setExitCode(exitCodes.partlyDone)
  })
}
