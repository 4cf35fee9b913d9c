import { stripVTControlCharacters } from 'node:util'
import { type CoverageInterval, dayMs, hourMs } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { heatStrip } from './heat-strip.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const at = (hour: number): number => start + hour * hourMs
const coverage: CoverageInterval[] = [
  { from: at(0), to: at(30), state: 'settled' },
  { from: at(30), to: at(31), state: 'gap_collector', cause: 'c', recoverable: true },
  { from: at(31), to: at(48), state: 'provisional', cause: 'c', recoverable: true },
]

test('a cell is a slice of the time in its worst state', () => {
  expect(heatStrip(coverage, { columns: 24, withColor: false, amended: [] })).toEqual([
    '###############C........',
    '2024-03-11T00:00:00Z 2024-03-13T00:00:00Z',
    '# settled  . provisional  C gap_collector',
  ])
})

test('a cell is an hour at least, however wide the terminal', () => {
  const [strip] = heatStrip(coverage.slice(1, 2), { columns: 80, withColor: false, amended: [] })
  expect(strip).toBe('C')
})

test('amended hours are marked below', () => {
  const amended = [{ from: at(2), to: at(4) }]
  const [, marks, , legend] = heatStrip(coverage, { columns: 48, withColor: false, amended })
  expect(marks).toBe('  ^^')
  expect(legend).toContain('^ amended')
})

test('colours say nothing that the letters do not', () => {
  const plain = heatStrip(coverage, { columns: 24, withColor: false, amended: [] })
  const coloured = heatStrip(coverage, { columns: 24, withColor: true, amended: [] })
  expect(coloured).not.toEqual(plain)
  expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(plain)
})

test('a year takes one line', () => {
  const year = [{ from: at(0), to: at(0) + 365 * dayMs, state: 'settled' as const }]
  expect(heatStrip(year, { columns: 100, withColor: false, amended: [] })[0]).toHaveLength(100)
})
