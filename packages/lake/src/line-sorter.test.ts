import { readdir } from 'node:fs/promises'
import { temporaryFolder } from '@mailtrail/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSorter } from './line-sorter.ts'

// Line ends, U+2028 and lone surrogates may stand in what a vendor calls an id.
const line = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('', '\n', '\ud800', '\ufffd', '\u2028', 'a', 'a'))

test('lines come sorted by code unit, however few of them are held', async () => {
  await using folder = await temporaryFolder()
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 60 }), fc.constantFrom(0, 200, 10_000), async (lines, heldBytes) => {
      const sorter = new LineSorter({ folder: folder.path, heldBytes })
      for (const added of lines) await sorter.add(added)
      expect(await Array.fromAsync(sorter.sorted())).toEqual(lines.toSorted())
    }),
    { numRuns: 60 },
  )
})

test('more runs than are read at once are merged in steps, and leave no file', async () => {
  await using folder = await temporaryFolder()
  const sorter = new LineSorter({ folder: folder.path, heldBytes: 0 })
  const lines = Array.from({ length: 150 }, (_, index) => `${(index * 7919) % 150}`)
  for (const added of lines) await sorter.add(added)
  expect(await Array.fromAsync(sorter.sorted())).toEqual(lines.toSorted())
  expect(await readdir(folder.path)).toEqual([])
})
