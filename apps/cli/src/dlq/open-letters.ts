import { MailtrailError } from '@mailtrail/core'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { openRegistry } from '../tenant/open-registry.ts'
import { type FoundLetters, findLetters, type LetterFilter } from './find-letters.ts'

/**
 * Finds the letters that are meant, and works on them while their lakes are open.
 *
 * @throws {@link MailtrailError} `DEAD_LETTER_UNKNOWN` when one that was named is not there
 */
export async function openLetters(
  location: string | undefined,
  filter: LetterFilter,
  work: (found: FoundLetters) => Promise<void>,
): Promise<void> {
  await using fleetLake = await openRegistry(location)
  await using lakes = openTenantLakes(fleetLake)
  const found = await findLetters({ fleetLake, lakes }, filter)
  const unknown = (filter.ids ?? []).find((id) => !found.letters.some(({ letter }) => letter.id === id))
  if (unknown !== undefined && found.faults === 0) {
    throw new MailtrailError(
      'DEAD_LETTER_UNKNOWN',
      `There is no dead letter ${unknown} of what was asked for. See: mailtrail dlq list --state all`,
    )
  }
  await work(found)
}
