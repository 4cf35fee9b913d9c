import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = globSync('{apps,packages}/*/src/**/*.ts', { cwd: root }).filter(
  (path) => !/\.test\.ts$|\.contract\.ts$|^apps\/simulator\/|^packages\/testing\//.test(path),
)

/** Whoever joins a list needs a reason: what goes is named by a tombstone first or was read back from its copy, and what is replaced is no evidence. */
test.each([
  {
    what: 'takes an object away',
    pattern: /\w*lake\.remove\(/i,
    by: ['packages/lake/src/remove-folded.ts', 'packages/lake/src/retire-objects.ts'],
  },
  {
    what: 'has objects retired',
    pattern: /await retireObjects\(/,
    by: ['apps/compactor/src/retire-expired.ts', 'packages/tenants/src/purge-tenant.ts'],
  },
  {
    what: 'replaces an object',
    pattern: /\w*lake\.replace\(/i,
    by: ['packages/investigation/src/items/compact-date.ts', 'packages/tenants/src/registry.ts', 'packages/tenants/src/retired-raw.ts'],
  },
])('who $what is known', ({ pattern, by }) => {
  expect(sources.filter((path) => pattern.test(readFileSync(`${root}${path}`, 'utf8'))).toSorted()).toEqual(by)
})
