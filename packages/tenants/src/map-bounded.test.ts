import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mapBounded } from './map-bounded.ts'

const items = [5, 1, 4, 2, 3]

test('results come in the order of the items, from no more tasks at once than said', async () => {
  let running = 0
  let most = 0
  const results = await mapBounded(items, 2, async (item) => {
    running += 1
    most = Math.max(most, running)
    for (let turn = 0; turn < item; turn += 1) await setImmediate()
    running -= 1
    return item * 10
  })
  expect(results).toEqual([50, 10, 40, 20, 30])
  expect(most).toBe(2)
})

test('after a failure nothing is begun, and it is thrown once nothing runs any more', async () => {
  const seen: string[] = []
  const failing = mapBounded(items, 2, async (item) => {
    seen.push(`begin ${item}`)
    if (item === 1) throw new Error('one')
    await setImmediate()
    seen.push(`end ${item}`)
  })
  await expect(failing).rejects.toThrow('one')
  expect(seen).toEqual(['begin 5', 'begin 1', 'end 5'])
})
