import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { itemColumns } from './item-columns.ts'

test('the page on the layout shows every column as it is defined', () => {
  const page = readFileSync(new URL('../../../../docs/lake-layout.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| (VARCHAR|VARCHAR\[\]|BOOLEAN|INTEGER|BIGINT|TIMESTAMP) \| (.*) \|$/gm)]
  expect(rows.map(([, name, type, meaning]) => ({ name, type, meaning }))).toEqual(itemColumns)
})
