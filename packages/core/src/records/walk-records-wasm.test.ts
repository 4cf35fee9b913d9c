import { expect, test } from 'vitest'
import { compileWalk } from '../../assembly/compile-walk.ts'
import { walkRecordsWasm } from './walk-records-wasm.ts'

test('the walk that runs is the one that its source makes', async () => {
  expect((await compileWalk()).includes(walkRecordsWasm)).toBe(true)
})
