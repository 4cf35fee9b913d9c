import { expect, test } from 'vitest'
import { createServiceClock } from './service-clock.ts'

const date = 'Thu, 14 Mar 2024 09:20:00 GMT'
const serviceDate = Date.UTC(2024, 2, 14, 9, 20)

test('the time of the service is not known before an answer told it', () => {
  const clock = createServiceClock({ now: () => 5 })
  clock.observe({})
  clock.observe({ date: 'tomorrow' })
  expect(clock.now()).toBeUndefined()
})

test('it goes on with our own clock, however wrong that is, and the latest answer counts', () => {
  let now = 1_000
  const clock = createServiceClock({ now: () => now })
  clock.observe({ date })
  now += 90_000
  expect(clock.now()).toBe(serviceDate + 90_000)
  clock.observe({})
  expect(clock.now()).toBe(serviceDate + 90_000)
  clock.observe({ date })
  expect(clock.now()).toBe(serviceDate)
})
