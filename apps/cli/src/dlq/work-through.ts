import { MailtrailError } from '@mailtrail/core'
import { createProgressBar, printData, printJson, say } from '../print.ts'
import type { FoundLetter } from './found-letter.ts'

export interface WorkedThrough {
  readonly outcomes: readonly string[]
  /** How many letters could not be worked on; each was told of. */
  readonly faults: number
}

/** Does the same to each letter, one by one, and prints what came of it. One that fails keeps none of the others. */
export async function workThrough(
  letters: readonly FoundLetter[],
  { label, isDry, json }: { readonly label: string; readonly isDry: boolean; readonly json: boolean },
  work: (letter: FoundLetter) => Promise<string>,
): Promise<WorkedThrough> {
  const bar = createProgressBar(label, 100)
  const rows: { readonly id: string; readonly tenantId: string | null; readonly outcome: string }[] = []
  let faults = 0
  for (const found of letters) {
    const { id, tenantId } = found.letter
    try {
      rows.push({ id, tenantId, outcome: await work(found) })
    } catch (error) {
      if (!(error instanceof MailtrailError)) throw error
      faults += 1
      rows.push({ id, tenantId, outcome: 'failed' })
      say(`${id}: ${error.message} [${error.code}]`)
    }
    bar.step(letters.length)
  }
  bar.end()
  if (json) printJson({ dryRun: isDry, letters: rows })
  else for (const { id, outcome } of rows) printData(`${id}  ${outcome}`)
  if (isDry) say('Nothing was changed.')
  return { outcomes: rows.map(({ outcome }) => outcome), faults }
}
