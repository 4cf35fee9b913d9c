import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { measureStreams } from '../fetch/measure-streams.ts'
import { measureTalk } from './measure-talk.ts'

const onStep = (): void => {}

test('fetching is measured against the talk, over TLS, here with few contents', async () => {
  await using place = await temporaryFolder()
  const results = await measureTalk({ folder: place.path, onStep }, { contents: 3, rounds: 1 })
  expect(results.map(({ unit, goal }) => [unit, goal])).toEqual([
    ['MB/s', '>= 15 x'],
    ['MB/s', null],
    ['MiB', '>= 10 x less'],
    ['MiB', null],
  ])
  expect(results.every(({ value }) => value > 0)).toBe(true)
})

test('unpacking with selection is measured against unpacking, here on little data', async () => {
  const results = await measureStreams({ folder: '', onStep }, { share: 0.2, bytes: 200_000, rounds: 1, goal: 1e6 })
  expect(results).toMatchObject([
    { unit: 'MB/s', holds: false },
    { unit: 'MB/s', goal: null },
  ])
})
