import fc from 'fast-check'
import { expect, test } from 'vitest'
import { walkFolders } from './walk-folders.ts'

/** Names that begin with each other, and go on with what sorts before a slash, after it, or with one. */
const part = fc.stringMatching(/^[a-]{1,2}[-.a]{0,2}$/)
const keys = fc.uniqueArray(fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')))

test('whatever the names, all are walked in code-unit order', async () => {
  await fc.assert(
    fc.asyncProperty(keys, fc.constantFrom('', 'a', 'a/', 'a-'), async (all, prefix) => {
      const wanted = all.filter((key) => key.startsWith(prefix)).sort()
      expect(await Array.fromAsync(walkFolders((folder) => listFolder(all, folder), prefix))).toEqual(wanted)
    }),
  )
})

/** As a store with folders lists one: sorted by names without the slash; a name may be of a file and of a folder here. */
async function* listFolder(all: readonly string[], folder: string): AsyncGenerator<string> {
  const below = all.filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length))
  const names = new Set(below.map((rest) => /^[^/]*\/?/.exec(rest)?.[0] ?? ''))
  yield* [...names].map((name) => folder + name).sort((a, b) => (a.replace(/\/$/, '') < b.replace(/\/$/, '') ? -1 : 1))
}
