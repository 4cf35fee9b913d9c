import { expect, test } from 'vitest'
import { playHistories } from './play-histories.ts'

/** Thousands of them by `node --run model`. */
const count = Number(process.env.MAILTRAIL_TEST_HISTORIES ?? 30)

test('no history of faults breaks a rule of coverage', async () => {
  const broken: string[] = []
  let settledHours = 0
  for await (const verdict of playHistories({ first: 1, count })) {
    settledHours += verdict.settledHours
    broken.push(...verdict.failures.map((failure) => `seed ${verdict.seed}: ${failure}`))
  }
  expect(broken).toEqual([])
  // A model in which nothing settles would prove nothing.
  expect(settledHours / count).toBeGreaterThan(15)
})
