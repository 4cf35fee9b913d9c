import type { CatalogueRow } from './fault-catalogue.ts'
import { renderTable } from './render-table.ts'

/** The catalogue for a person: name and operations, then what it means and how it ends if it lasts. */
export function renderCatalogue(rows: readonly CatalogueRow[]): string {
  const groups = Map.groupBy(rows, ({ group }) => group)
  return [...groups].map(([group, faults]) => `${group}\n${renderTable(faults.map((fault) => ['', ...cellsOf(fault)]))}`).join('\n\n')
}

/** Name, operations, meaning, parameters with their defaults, and the ends of the last operation, if the fault passes and if it lasts. */
export function cellsOf({ name, operations, meaning, parameters, endsWith }: CatalogueRow): readonly string[] {
  const ends = Object.values(endsWith).at(-1)
  return [
    name,
    operations.length > 4 ? `all${operations.includes('token') ? '' : ' but token'}` : operations.join(', '),
    meaning,
    Object.entries(parameters)
      .map(([parameter, value]) => `${parameter} ${value}`)
      .join(', '),
    ends?.passing ?? '',
    ends?.lasting ?? '',
  ]
}
