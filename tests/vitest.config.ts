import { defineConfig } from 'vitest/config'

const root = new URL('..', import.meta.url).pathname
const conditions = ['@mailtrail/source']

/** `*.test.ts` needs nothing, `*.int.test.ts` starts real servers, `tests/e2e` runs the whole fleet. */
export default defineConfig({
  root: decodeURIComponent(root),
  ssr: { resolve: { conditions, externalConditions: conditions } },
  resolve: { conditions },
  test: {
    // By default one core is left free; a fleet waits for its servers as often as it computes.
    maxWorkers: '100%',
    // Its files import each other without their endings.
    server: { deps: { inline: ['dt-sql-parser'] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts'],
          exclude: ['**/*.int.test.ts'],
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'int', include: ['{apps,packages}/*/src/**/*.int.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['tests/{e2e,docs,chaos}/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 120_000 },
      },
    ],
  },
})
