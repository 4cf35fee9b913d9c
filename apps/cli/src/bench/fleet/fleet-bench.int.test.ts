import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { measureRedis } from './measure-redis.ts'

test('what a content costs Redis is measured, here on little data', async () => {
  await using place = await temporaryFolder()
  const size = { tenants: 2, windowsEach: 2, contentsPerWindow: 20, rounds: 1 }
  const results = await measureRedis({ folder: place.path, onStep: () => {} }, size)
  expect(results.map(({ unit }) => unit)).toEqual(['µs', 'B'])
  expect(results.every(({ value }) => value > 0)).toBe(true)
}, 60_000)
