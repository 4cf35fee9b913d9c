import { expect, test } from 'vitest'
import { allFaults } from './all-faults.ts'
import { openFolderPlace } from './lake-place.ts'
import { playChaos } from './play-chaos.ts'

test('a fleet of processes ends with the truth whatever is done to it, on a folder', async () => {
  const { problems, plan } = await playChaos({ seed: '1', steps: 7, faults: allFaults, openPlace: openFolderPlace })
  expect(problems, plan.join('\n')).toEqual([])
})
