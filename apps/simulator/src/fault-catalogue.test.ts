import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { faultCatalogue, findFault } from './fault-catalogue.ts'
import { parseJsonKeepingNumbers } from './json-text.ts'
import { cellsOf } from './render-catalogue.ts'
import { scenarioSchema } from './scenario.ts'
import { worldOfScenario } from './scenario-world.ts'

const document = readFileSync(new URL('../../../docs/simulator.md', import.meta.url), 'utf8')

describe('the catalogue of faults', () => {
  test('stands in docs/simulator.md, line for line', () => {
    const rows = document.split(/<!-- \/?faults -->/)[1]?.match(/^\| `.*$/gm)
    expect(rows).toEqual(
      faultCatalogue.map((row) => {
        const [name, operations, meaning, parameters, ...ends] = cellsOf(row)
        return `| \`${name}\` | ${[operations, meaning, parameters, row.source, ...ends].join(' | ')} |`
      }),
    )
  })

  test('names each fault once, in kebab case', () => {
    const names = faultCatalogue.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([])
  })

  test('says for each operation how a correct collector ends', () => {
    expect(faultCatalogue.filter(({ operations, endsWith }) => Object.keys(endsWith).join() !== operations.join())).toEqual([])
    expect(findFault('af50000-internal-error')).toMatchObject({ ends: { passing: 'whole', lasting: 'gap_collector' } })
    expect(faultCatalogue.find(({ name }) => name === 'af50000-internal-error')?.endsWith).toEqual({
      start: { passing: 'whole', lasting: 'gap_subscription' },
      stop: { passing: 'whole', lasting: 'whole' },
      'list-subscriptions': { passing: 'whole', lasting: 'unverified' },
      'list-content': { passing: 'whole', lasting: 'gap_collector' },
      'fetch-content': { passing: 'whole', lasting: 'gap_collector' },
    })
  })
})

test('the scenario in docs/simulator.md is one', () => {
  const text = /^```json\n([\s\S]*?)^```$/m.exec(document)?.[1] ?? ''
  const { tenants } = worldOfScenario(scenarioSchema.parse(parseJsonKeepingNumbers(text)), '1')
  expect(tenants[0]?.faults).toHaveLength(5)
  expect(tenants[0]?.contents.some(({ body }) => body().includes('1156492.00'))).toBe(true)
})
